/** The files that the clients of this user need of a lab: its certificate, its hosts' SSH keys, and how Kafka and the API are reached. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LabReach } from '../../infra/outputs.ts';
import type { LabContext } from './context.ts';
import { writeAtomically } from './paths.ts';
import { readSecretOutputs } from './stack-outputs.ts';

/** Writes the authority's certificate and the hosts' SSH keys to where the clients of this user look for them. */
export function writeClientFiles(context: LabContext, stack: string, { caCertificate, hosts }: LabReach): void {
  writeAtomically(certificateFile(context, stack), caCertificate);
  const lines = Object.values(hosts).flatMap(({ published, sshHostKey }) => {
    const [host, port] = (published.ssh ?? '').split(':');
    if (host === undefined || port === undefined) return [];
    // SSH looks a host up by its bare name where the port is its own.
    return [`${port === '22' ? host : `[${host}]:${port}`} ${sshHostKey}`];
  });
  writeAtomically(knownHostsFile(context, stack), `${lines.join('\n')}\n`);
}

/**
 * Writes, for this user alone, what the command lines of the stream and of the chat need, unless it is there: `down` takes it
 * away, and what is in it stays the same until then but for the addresses, which `renew` is for.
 */
export async function writeClientSettings(
  context: LabContext,
  stack: string,
  pulumiEnv: () => Promise<Record<string, string>>,
  { renew = false } = {},
): Promise<void> {
  const file = settingsFile(context, stack);
  if (existsSync(file) && !renew) return;
  const { kafkaBootstrap, kafkaUsername, kafkaPassword, apiUrl } = await readSecretOutputs(
    context,
    stack,
    await pulumiEnv(),
  );
  const caFile = certificateFile(context, stack);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const settings = { kafkaBootstrap, kafkaUsername, kafkaPassword, caFile, apiUrl };
  writeAtomically(file, `${JSON.stringify(settings, undefined, 2)}\n`, 0o600);
}

/** Removes them, when the stack is down. */
export function removeClientFiles(context: LabContext, stack: string): void {
  for (const file of [certificateFile, knownHostsFile, settingsFile]) rmSync(file(context, stack), { force: true });
}

function certificateFile({ paths }: LabContext, stack: string): string {
  return join(paths.dataDir, 'authorities', `${stack}.pem`);
}

function knownHostsFile({ paths }: LabContext, stack: string): string {
  return join(paths.dataDir, 'ssh', `known_hosts.${stack}`);
}

/** apps/stream reads it, too. */
function settingsFile({ paths }: LabContext, stack: string): string {
  return join(paths.dataDir, 'clients', `${stack}.json`);
}
