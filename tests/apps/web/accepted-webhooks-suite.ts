/** What every memory of accepted webhooks promises. */
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AcceptedWebhooks, digestOf } from '../../../apps/web/src/ci/webhook/accepted-webhooks.ts';

/** Runs the suite against one kind of memory; each test gets an empty one. */
export function testAcceptedWebhooks(name: string, open: () => Promise<AcceptedWebhooks>): void {
  describe(name, () => {
    let accepted: AcceptedWebhooks;
    beforeEach(async () => {
      accepted = await open();
    });

    it('knows the run of each body, and no run of another', async () => {
      const [one, other] = [digestOf(Buffer.from('{"a":1}')), digestOf(Buffer.from('{"a":2}'))];
      const id = randomUUID();
      expect(await accepted.findRun(one)).toBeUndefined();
      await accepted.remember(one, id);
      expect(await accepted.findRun(one)).toBe(id);
      expect(await accepted.findRun(other)).toBeUndefined();
    });

    it('keeps the first run of a body that came twice at once', async () => {
      const digest = digestOf(Buffer.from('x'));
      const ids = Array.from({ length: 5 }, () => randomUUID());
      await Promise.all(ids.map((id) => accepted.remember(digest, id)));
      const kept = await accepted.findRun(digest);
      expect(ids).toContain(kept);
      await accepted.remember(digest, randomUUID());
      expect(await accepted.findRun(digest)).toBe(kept);
    });
  });
}
