/** Strict mocks of the Pulumi engine: every registration is recorded, everything unexpected throws. */
import * as pulumi from '@pulumi/pulumi';

export type Registration = { type: string; name: string; inputs: Record<string, unknown> };

export type Recorder = {
  registrations: Registration[];
  ofType(type: string): Registration[];
};

/**
 * Lets a program run without an engine.
 * @param types resource type -> what the cloud would add to its inputs; any other type throws, and so does every function call
 */
export function recordRegistrations(
  types: Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>,
  preview = false,
): Recorder {
  const registrations: Registration[] = [];
  pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        const answer = types[type];
        if (answer === undefined) throw new Error(`nobody expected a resource of type ${type} (${name})`);
        if (registrations.some((known) => known.type === type && known.name === name))
          throw new Error(`${type} ${name} is registered twice`);
        registrations.push({ type, name, inputs });
        return { id: `${name}-id`, state: { ...inputs, ...answer(inputs) } };
      },
      call: ({ token }) => {
        throw new Error(`nobody expected a call of ${token}`);
      },
    },
    'lab',
    'test',
    preview,
  );
  return { registrations, ofType: (type) => registrations.filter((known) => known.type === type) };
}

/** The value of an output. */
export function resolveOutput<T>(output: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve, reject) => {
    pulumi.output(output).apply((value) => resolve(value as pulumi.Unwrap<T>));
    setTimeout(() => reject(new Error('the output was never known')), 10_000).unref();
  });
}
