/** Installs packages of Debian or Ubuntu, and waits while another program holds apt's lock. */

import type { CommandResult } from './command.ts';
import { lastLines } from './command.ts';
import type { System } from './engine-system.ts';
import { waitUntil } from './wait-until.ts';

const lockLimitMs = 5 * 60_000;
const commandLimitMs = 15 * 60_000;

/** Installs `packages`, and those of `optional` that this release has. Needs root. */
export async function installPackages(
  system: System,
  packages: readonly string[],
  report: (text: string) => void,
  optional: readonly string[] = [],
): Promise<void> {
  report("Reading the distribution's list of packages");
  await aptGet(system, ['update'], report);
  const wanted = [...packages];
  for (const name of optional) {
    const policy = await system.run('apt-cache', ['policy', name]);
    if (/Candidate: (?!\(none\))/.test(policy.stdout)) wanted.push(name);
  }
  report(`Installing ${wanted.join(', ')}`);
  await aptGet(system, ['install', '-y', '--no-install-recommends', ...wanted], report);
}

async function aptGet(system: System, args: string[], report: (text: string) => void): Promise<void> {
  const env = { ...system.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  let last: CommandResult | undefined;
  await waitUntil(
    async () => {
      last = await system.run('apt-get', args, { env, timeoutMs: commandLimitMs });
      if (!last.stderr.includes('Could not get lock')) return true;
      report('Waiting until another program has done with apt');
      return undefined;
    },
    { limitMs: lockLimitMs, everyMs: 2000 },
  );
  if (last?.status === 0) return;
  const errors = (last?.stderr ?? '').split('\n').filter((line) => line.startsWith('E: '));
  const why = last?.timedOut ? `no end within ${commandLimitMs / 60_000} min` : lastLines(errors.join('\n'), 3);
  throw new Error(
    `\`apt-get ${args.join(' ')}\` failed: ${why}\nRun it yourself to see all of it, mend that, then try again.`,
  );
}
