/** The outputs of a stack that is up, and the files that this user's clients need of them. */
import { join } from 'node:path';
import type { LabOutputs } from '../../infra/outputs.ts';
import type { LabContext } from './context.ts';
import { writeAtomically } from './paths.ts';
import { Problem } from './problem.ts';
import { readState } from './pulumi-state.ts';
import { pulumi } from './reconcile.ts';

export type Outputs = LabOutputs & { kafkaPassword: string; gitPushUrl: string };

/** @throws Problem where the stack is not up */
export async function readOutputs(context: LabContext, stack: string, env: Record<string, string>): Promise<Outputs> {
  const hint = `Stack ${stack} is not up; ./lab up ${stack} brings it up.`;
  if (readState(context, stack) === undefined) throw new Problem(hint);
  const text = await pulumi(['stack', 'output', '--json', '--show-secrets', '--stack', stack], context, env);
  const outputs = JSON.parse(text) as Partial<Outputs>;
  if (outputs.hosts === undefined) throw new Problem(hint);
  return outputs as Outputs;
}

/** Path of the file with the certificate of a stack's authority. */
export function certificateFile({ paths }: LabContext, stack: string): string {
  return join(paths.dataDir, 'authorities', `${stack}.pem`);
}

/** Writes the authority's certificate and the hosts' SSH keys to where the clients of this user look for them. */
export function writeClientFiles(context: LabContext, stack: string, { caCertificate, hosts }: Outputs): void {
  writeAtomically(certificateFile(context, stack), caCertificate);
  const lines = Object.values(hosts).flatMap(({ published, sshHostKey }) => {
    const [host, port] = (published.ssh ?? '').split(':');
    return host === undefined || port === undefined ? [] : [`[${host}]:${port} ${sshHostKey}`];
  });
  writeAtomically(join(context.paths.dataDir, 'ssh', `known_hosts.${stack}`), `${lines.join('\n')}\n`);
}
