/** Accepted webhooks in memory, for tests; passes the same suite as those in SQL. */
import type { AcceptedWebhooks } from '../../../apps/web/src/ci/webhook/accepted-webhooks.ts';

export function createMemoryAcceptedWebhooks(): AcceptedWebhooks {
  const runs = new Map<string, string>();
  return {
    findRun: async (digest) => runs.get(digest),
    async remember(digest, runId) {
      if (!runs.has(digest)) runs.set(digest, runId);
    },
  };
}
