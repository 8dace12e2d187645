/** Strict mocks of the Pulumi engine: every registration is recorded, everything unexpected throws. */
import * as pulumi from '@pulumi/pulumi';

export type Registration = { type: string; name: string; inputs: Record<string, unknown> };

export type Recorder = {
  registrations: Registration[];
  ofType(type: string): Registration[];
};

/**
 * Lets a program run without an engine.
 * @param types resource type -> what the cloud would add to its inputs; any other type throws
 * @param calls function -> what it answers; any other call throws
 */
export function recordRegistrations(
  types: Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>,
  calls: Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>> = {},
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
      call: ({ token, inputs }) => {
        const answer = calls[token];
        if (answer === undefined) throw new Error(`nobody expected a call of ${token}`);
        return answer(inputs);
      },
    },
    'lab',
    'test',
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

/** By which the engine knows a secret: https://www.pulumi.com/docs/iac/concepts/secrets/ */
const SECRET = '4dabf18193072939515e22adb298388d';

/** Whether a recorded input reaches the cloud, and the state, as a secret. */
export function isSecret(value: unknown): value is { value: unknown } {
  return typeof value === 'object' && value !== null && SECRET in value;
}

/** A recorded input as it is, secret or not. */
export function reveal(value: unknown): unknown {
  return isSecret(value) ? value.value : value;
}
