/** Running commands on hosts that are reached by SSH, before anything of them is written to a file of known hosts. */
import * as pulumi from '@pulumi/pulumi';

export type SshLogin = {
  /** The operator's private key. */
  keyFile: string;
  /** The host's public key, as a line of known_hosts without the address. */
  hostKey: pulumi.Input<string>;
  /** The host through which it is reached, by the same key of the operator; absent: it is reached as it is. */
  jump?: { address: pulumi.Input<string>; hostKey: pulumi.Input<string> };
};

/** The command line that runs a command as root on the host at an address, whose key is known beforehand. */
export function sshCommandOn(
  address: pulumi.Input<string>,
  argv: readonly string[],
  { keyFile, hostKey, jump }: SshLogin,
): pulumi.Output<string[]> {
  const options = (address: string, hostKey: string): string[] => [
    ...['-i', keyFile, '-o', 'IdentitiesOnly=yes', '-o', 'BatchMode=yes'],
    ...['-o', 'ConnectTimeout=10', '-o', 'ServerAliveInterval=15'],
    ...['-o', 'StrictHostKeyChecking=yes', '-o', 'UserKnownHostsFile=/dev/null'],
    ...['-o', `KnownHostsCommand=/bin/echo ${address} ${hostKey}`],
  ];
  return pulumi.all([address, hostKey, jump]).apply(([address, hostKey, jump]) => {
    const through =
      jump === undefined
        ? []
        : ['ssh', ...options(jump.address, jump.hostKey), '-W', `${address}:22`, `lab@${jump.address}`];
    return [
      'ssh',
      ...options(address, hostKey),
      // The connection to the other host is a command of its own, as options are not handed on to it.
      ...(through.length === 0 ? [] : ['-o', `ProxyCommand=${through.map(quote).join(' ')}`]),
      `lab@${address}`,
      `sudo ${argv.map(quote).join(' ')}`,
    ];
  });
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
