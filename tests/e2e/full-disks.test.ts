/** A lab whose disks are full says so, acknowledges nothing that it cannot keep, and goes on when there is room (`./lab test --faults`). */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Acknowledged, acknowledge } from '../helpers/acknowledged.ts';
import { ciClient, pushUrlOf } from '../helpers/ci.ts';
import { createPusher, type Pusher, withFile } from '../helpers/git-pushes.ts';
import { lab, waitFor } from '../helpers/launcher.ts';
import { type SmallDisk, withSmallDisk } from '../helpers/small-disk.ts';

const { stack, outputs } = inject('e2e');
const isTried = process.env.LAB_E2E_FAULTS === 'all' && process.env.LAB_E2E_BROKERS !== '3';
const SAMPLE = join(import.meta.dirname, '../../samples/myapp');
const ci = ciClient(outputs.apiUrl);

/** Asks for a run and does not wait for it. */
async function start(branch: string): Promise<{ status: number; id: string; text: string }> {
  const response = await fetch(`${outputs.apiUrl}/ci`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'respond-async' },
    body: JSON.stringify({ branch, repository: 'jobs' }),
    signal: AbortSignal.timeout(30_000),
  });
  return { ...((await response.json()) as { id: string; text: string }), status: response.status };
}

const ended = (id: string) =>
  waitFor(
    `the end of run ${id}`,
    async () => {
      const run = await ci.show(id);
      return ['queued', 'running'].includes(run.state) ? undefined : run;
    },
    240_000,
  );

const healthy = () =>
  waitFor('a healthy lab', async () => ((await lab(['status', stack])).status === 0 ? true : undefined), 30_000);

describe.skipIf(!isTried)('a full disk (tried by --faults, with one broker)', () => {
  let kept: Acknowledged;
  let pusher: Pusher;
  beforeAll(async () => {
    kept = await acknowledge(stack, outputs);
    pusher = await createPusher(await pushUrlOf('jobs'));
  });
  afterAll(() => pusher.close());

  const saysFull = async (host: string): Promise<void> => {
    const { status, stdout } = await lab(['status', stack]);
    expect([status, stdout]).toEqual([1, expect.stringMatching(new RegExp(`✗ ${host} +disk +is full: /data has`))]);
  };

  /** Fills the disk, does what a full disk may refuse, makes room, and looks whether all is as it should be. */
  const whileFull = async (disk: SmallDisk, host: string, work: () => Promise<void>): Promise<void> => {
    await disk.fill();
    await saysFull(host);
    await work();
    await disk.clear();
    await healthy();
    await kept.check();
  };

  test('of the database: a run is taken and kept, or refused in words', async () => {
    await pusher.push('full-database', SAMPLE);
    await withSmallDisk(stack, 'database', ['mariadb.service'], async (disk) => {
      const taken: string[] = [];
      await whileFull(disk, 'database', async () => {
        for (let count = 0; count < 20; count += 1) {
          const { status, id, text } = await start('full-database');
          if (status === 202) taken.push(id);
          else expect([status, text]).toEqual([503, expect.stringMatching(/\w+ .*\.$/)]);
        }
      });
      for (const id of new Set(taken)) expect((await ended(id)).state).toBe('passed');
      expect((await ci.test('full-database', 'jobs')).run.state).toBe('passed');
    });
    await healthy();
    await kept.check();
  });

  test('of the storage: a run ends with what it says, and the next one is kept', async () => {
    await pusher.push('full-storage', SAMPLE);
    await withSmallDisk(stack, 'storage', ['azurite.service'], async (disk) => {
      let id = '';
      await whileFull(disk, 'storage', async () => {
        ({ id } = await start('full-storage'));
        await waitFor('a runner that has taken it', async () =>
          (await ci.show(id)).state === 'queued' ? undefined : true,
        );
      });
      const run = await ended(id);
      if (run.state === 'passed') expect((await fetch(run.logUrl)).status).toBe(200);
      else expect(run.reason).toMatch(/^The lab's storage does not take/);
      const next = (await ci.test('full-storage', 'jobs')).run;
      expect(next.state).toBe('passed');
      expect((await fetch(next.reportUrl ?? '')).status).toBe(200);
    });
    await healthy();
    await kept.check();
  });

  test('of the Git server: a push is refused, and what was pushed before is whole', async () => {
    await withSmallDisk(stack, 'ci-1', ['fcgiwrap.socket', 'fcgiwrap.service'], async (disk) => {
      await whileFull(disk, 'ci-1', async () => {
        await expect(pusher.push('full-git', SAMPLE, withFile('note.txt', 'full'))).rejects.toThrow(/ended with/);
      });
      await pusher.push('full-git', SAMPLE, withFile('note.txt', 'room'));
      expect((await ci.test('full-git', 'jobs')).run.state).toBe('passed');
    });
    await healthy();
    await kept.check();
  });
});
