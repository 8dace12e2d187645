/** The outputs of a stack that is up. */
import type { LabOutputs } from '../../infra/outputs.ts';
import { Problem } from '../../infra/problem.ts';
import type { LabContext } from './context.ts';
import { readPlainOutputs } from './pulumi-state.ts';
import { pulumi } from './reconcile.ts';

/** Outputs with the secret ones. */
export type SecretOutputs = LabOutputs & { kafkaPassword: string; gitPushUrl: string };

/** The outputs that are no secret, from the state itself. @throws Problem where the stack is not up */
export function readOutputs(context: LabContext, stack: string): LabOutputs {
  const outputs = readPlainOutputs(context, stack);
  if (outputs?.hosts === undefined) throw new Problem(`Stack ${stack} is not up; ./lab up ${stack} brings it up.`);
  return outputs as LabOutputs;
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
