/** The outputs of a stack that is up. */
import { HOST_ADDRESSES_TYPE, type LabOutputs, type LabReach } from '../../infra/outputs.ts';
import { Problem } from '../../infra/problem.ts';
import type { LabContext } from './context.ts';
import { readPlainOutputs, readState } from './pulumi-state.ts';
import { pulumi } from './reconcile.ts';

/** Outputs with the secret ones. */
export type SecretOutputs = LabOutputs & { kafkaPassword: string; gitPushUrl: string };

/** The outputs that are no secret, from the state itself. @throws Problem where the stack is not up */
export function readOutputs(context: LabContext, stack: string): LabOutputs {
  const outputs = readPlainOutputs(context, stack);
  if (outputs?.hosts === undefined) throw new Problem(`Stack ${stack} is not up; ./lab up ${stack} brings it up.`);
  return outputs as LabOutputs;
}

/** How the hosts are reached, also where the stack is not up because one of them is not healthy. @throws Problem where there are none */
export function readReach(context: LabContext, stack: string): LabReach {
  const addresses = readState(context, stack)?.resources.find(({ type }) => type === HOST_ADDRESSES_TYPE)?.outputs;
  return addresses?.hosts === undefined ? readOutputs(context, stack) : (addresses as LabReach);
}

/** All outputs. @throws Problem where the stack is not up */
export async function readSecretOutputs(
  context: LabContext,
  stack: string,
  env: Record<string, string>,
): Promise<SecretOutputs> {
  readOutputs(context, stack);
  const text = await pulumi(['stack', 'output', '--json', '--show-secrets', '--stack', stack], context, env);
  return JSON.parse(text) as SecretOutputs;
}
