/** Running commands on hosts that are reached by SSH, before anything of them is written to a file of known hosts. */
import * as pulumi from '@pulumi/pulumi';
import type { HostLogin } from './cloud.ts';

/** The command line that runs a command as root on the host at an address, whose key is known beforehand. */
export function sshCommandOn(
  address: pulumi.Input<string>,
  argv: readonly string[],
  { keyFile, hostKey }: HostLogin,
): pulumi.Output<string[]> {
  return pulumi
    .all([address, hostKey])
    .apply(([address, hostKey]) => [
      'ssh',
      ...['-i', keyFile, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'],
      ...['-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=15'],
      ...['-o', 'StrictHostKeyChecking=yes', '-o', 'UserKnownHostsFile=/dev/null'],
      ...['-o', `KnownHostsCommand=/bin/echo ${address} ${hostKey}`],
      `lab@${address}`,
      `sudo ${argv.map(quote).join(' ')}`,
    ]);
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
