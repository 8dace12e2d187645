/** A key that nobody chose: made once for a stack, kept as a secret in its state. */
import * as pulumi from '@pulumi/pulumi';

type State = { key: string };

/*
 * Pulumi stores the text of this function and runs it in another process. It names nothing from outside of it.
 */
const provider: pulumi.dynamic.ResourceProvider<object, State> = {
  create: async () => {
    const { randomBytes } = process.getBuiltinModule('node:crypto');
    return { id: 'key', outs: { key: randomBytes(32).toString('hex') } };
  },
};

export class RandomKey extends pulumi.dynamic.Resource {
  /** 64 hexadecimal digits; a secret. */
  declare readonly key: pulumi.Output<string>;

  constructor(name: string, options?: pulumi.CustomResourceOptions) {
    super(provider, name, { key: undefined }, { ...options, additionalSecretOutputs: ['key'] });
  }
}
