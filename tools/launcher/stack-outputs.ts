/** The outputs of a stack that is up, and the files that this user's clients need of them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LabOutputs } from '../../infra/outputs.ts';
import { Problem } from '../../infra/problem.ts';
import type { LabContext } from './context.ts';
import { writeAtomically } from './paths.ts';
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

/** Path of the file with the certificate of a stack's authority. */
export function certificateFile({ paths }: LabContext, stack: string): string {
  return join(paths.dataDir, 'authorities', `${stack}.pem`);
}

/** Writes the authority's certificate and the hosts' SSH keys to where the clients of this user look for them. */
export function writeClientFiles(context: LabContext, stack: string, { caCertificate, hosts }: LabOutputs): void {
  writeAtomically(certificateFile(context, stack), caCertificate);
  const lines = Object.values(hosts).flatMap(({ published, sshHostKey }) => {
    const [host, port] = (published.ssh ?? '').split(':');
    return host === undefined || port === undefined ? [] : [`[${host}]:${port} ${sshHostKey}`];
  });
  writeAtomically(knownHostsFile(context, stack), `${lines.join('\n')}\n`);
}

/** Removes them, when the stack is down. */
export function removeClientFiles(context: LabContext, stack: string): void {
  for (const file of [certificateFile(context, stack), knownHostsFile(context, stack)]) rmSync(file, { force: true });
}

function knownHostsFile({ paths }: LabContext, stack: string): string {
  return join(paths.dataDir, 'ssh', `known_hosts.${stack}`);
}
