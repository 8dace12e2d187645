/** A moment that is kept: when something of a stack came about, the same at every later update. */
import * as pulumi from '@pulumi/pulumi';

type Inputs = { key: string };
type State = Inputs & { at: string };

/*
 * Pulumi stores the text of these functions and runs it in another process. They name nothing from outside of them.
 */
const provider: pulumi.dynamic.ResourceProvider<Inputs, State> = {
  create: async ({ key }) => ({ id: 'moment', outs: { key, at: new Date().toISOString() } }),
  diff: async (_id, before, { key }) => ({ changes: before.key !== key }),
  update: async (_id, _before, { key }) => ({ outs: { key, at: new Date().toISOString() } }),
};

export class Moment extends pulumi.dynamic.Resource {
  /** ISO 8601. */
  declare readonly at: pulumi.Output<string>;

  /** @param key of another key, it is another moment: the one at which that came up */
  constructor(name: string, key: pulumi.Input<string>, options?: pulumi.CustomResourceOptions) {
    super(provider, name, { key, at: undefined }, options);
  }
}

/** The moment some hours after another, ISO 8601. */
export function hoursAfter(at: string, hours: number): string {
  return new Date(Date.parse(at) + hours * 3_600_000).toISOString();
}
