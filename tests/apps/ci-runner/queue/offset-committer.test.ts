/** What is due gets committed: at once where the group takes it, later where it does not. */
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { OffsetCommitter, type PartitionOffset } from '../../../../apps/ci-runner/src/queue/offset-committer.ts';
import { settle } from './jobs.ts';

function createCommitter() {
  const due: PartitionOffset[] = [];
  const logger = pino({ level: 'silent' });
  const warn = vi.spyOn(logger, 'warn');
  const commit = vi.fn(async (offsets: PartitionOffset[]) => {
    due.splice(0, offsets.length);
  });
  return { due, commit, warn, committer: new OffsetCommitter({ logger, due: () => [...due], commit }) };
}

const refuse = async () => {
  throw new Error('The group is rebalancing, so a rejoin is needed');
};

describe('OffsetCommitter', () => {
  it('commits all that is due at once, and what becomes due meanwhile after that', async () => {
    const { due, commit, committer } = createCommitter();
    due.push({ partition: 0, offset: 4 }, { partition: 1, offset: 7 });
    committer.commitSoon();
    due.push({ partition: 2, offset: 1 });
    committer.commitSoon();
    await settle();
    expect(commit.mock.calls).toEqual([
      [
        [
          { partition: 0, offset: 4 },
          { partition: 1, offset: 7 },
        ],
      ],
      [[{ partition: 2, offset: 1 }]],
    ]);
  });

  it('tries again by itself what the group refuses', async () => {
    const { due, commit, committer } = createCommitter();
    commit.mockImplementationOnce(refuse);
    due.push({ partition: 0, offset: 4 });
    committer.commitSoon();
    await vi.waitFor(() => expect(due).toEqual([]), { timeout: 2_000 });
    expect(commit).toHaveBeenCalledTimes(2);
  });

  it('gives up when it closes and the group refuses on', async () => {
    const { due, commit, committer } = createCommitter();
    commit.mockImplementation(refuse);
    due.push({ partition: 0, offset: 4 });
    const asked = Date.now();
    await committer.close(100);
    expect(Date.now() - asked).toBeLessThan(400);
    await delay(600);
    expect(commit).toHaveBeenCalledTimes(1);
  });

  it('closes at once when nothing is due', async () => {
    const { committer } = createCommitter();
    const asked = Date.now();
    await committer.close(5_000);
    expect(Date.now() - asked).toBeLessThan(100);
  });
});
