/** `./lab status` notices a service that does not do what it is for, in words, and that it does it again. */
import { describe, expect, inject, test } from 'vitest';
import type { LabStatus } from '../../tools/launcher/verbs/status.ts';
import { lab, ONE_HOST, onHost, outputOf, REMOTE, waitFor } from '../helpers/launcher.ts';

const { stack, outputs } = inject('e2e');

/** The status, with every row that is not well as `host or service: row: words`. */
async function readStatus(): Promise<{ exit: number | null; bad: string[] }> {
  const { status, stdout } = await lab(['status', stack, '--json']);
  const { hosts, services } = JSON.parse(stdout) as LabStatus;
  return {
    exit: status,
    bad: [
      ...hosts.flatMap(({ host, units }) =>
        Object.entries(units).flatMap(([unit, words]) => (words === 'ok' ? [] : [`${host}: ${unit}: ${words}`])),
      ),
      ...services.flatMap(({ service, reason }) => (reason === undefined ? [] : [`${service}: ${reason}`])),
    ],
  };
}

type Fault = [name: string, host: string, harm: string, mend: string, ...told: RegExp[]];

const FAULTS: Fault[] = [
  [
    'a Git server without its backend',
    'ci-1',
    'systemctl stop fcgiwrap.socket fcgiwrap.service',
    'systemctl start fcgiwrap.socket',
    /clone of myapp: fcgiwrap\.socket is inactive/,
  ],
  [
    'a runner without a place for jobs',
    'ci-1',
    'systemctl stop ci-job@1.socket; ! test -e /run/ci-job/1.sock',
    'systemctl start ci-job@1.socket',
    /ci-job@1\.socket: is inactive/,
    /ci-runner\.service: answers 503: places: /,
  ],
  [
    'a runner without package caches',
    'ci-1',
    'systemctl stop ci-fetch.socket; ! test -e /run/ci-job/fetch.sock',
    'systemctl start ci-fetch.socket',
    /ci-fetch\.socket: is inactive/,
    /ci-runner\.service: answers 503: places: /,
  ],
  [
    'a database that only reads',
    'database',
    'mariadb -e "set global read_only = 1"',
    'mariadb -e "set global read_only = 0"',
    /mariadb\.service: .*read-only/,
  ],
  [
    'a database whose tables are locked',
    'database',
    // In a unit of its own, as it holds the lock.
    'systemd-run --quiet --collect --unit=lab-lock mariadb -e "flush tables with read lock; do sleep(120)" && until mariadb -N -e "show processlist" | grep -q sleep; do :; done',
    'systemctl stop lab-lock',
    /mariadb\.service: does not answer within 20 s/,
  ],
  [
    'a storage that hangs',
    'storage',
    'systemctl kill --signal=STOP azurite.service',
    'systemctl kill --signal=CONT azurite.service',
    /azurite\.service: does not answer: timed out/,
  ],
  [
    'a broker that hangs',
    'kafka-1',
    'systemctl kill --signal=STOP kafka.service',
    'systemctl kill --signal=CONT kafka.service',
    /kafka\.service: takes no message: /,
  ],
  [
    'a host without inodes',
    'function',
    'mkdir -p /data && mount -t tmpfs -o nr_inodes=50 tmpfs /data',
    'umount /data',
    /disk: is full: \/data has \d+ of 50 inodes free/,
  ],
];

describe('the status of a lab', () => {
  test.for(FAULTS)('%s', async ([, host, harm, mend, ...told], { skip }) => {
    skip(outputs.hosts[ONE_HOST ? 'lab' : host] === undefined, `this lab has no host ${host}`);
    skip(ONE_HOST && host === 'function', 'on one host, /data has the data of all roles');
    await onHost(stack, host, 'sh', '-c', harm);
    try {
      const { exit, bad } = await readStatus();
      for (const words of told) expect(bad.join('\n')).toMatch(words);
      expect(exit).toBe(1);
    } finally {
      await onHost(stack, host, 'sh', '-c', mend);
    }
    await waitFor('a healthy lab', async () => ((await readStatus()).exit === 0 ? true : undefined), 90_000);
  });

  test.skipIf(REMOTE || outputs.containerUrl === undefined)(
    'a container that was stopped (where it runs on this machine)',
    async () => {
      await outputOf('docker', ['stop', `lab-${stack}-numbers`]);
      try {
        const { exit, bad } = await readStatus();
        expect(bad).toEqual([expect.stringMatching(/^container: gives no answer \(.*ECONNREFUSED/)]);
        expect(exit).toBe(1);
      } finally {
        await outputOf('docker', ['start', `lab-${stack}-numbers`]);
      }
      await waitFor('a healthy lab', async () => ((await readStatus()).exit === 0 ? true : undefined), 90_000);
    },
  );
});
