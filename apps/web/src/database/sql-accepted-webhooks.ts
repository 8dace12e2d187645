/** Accepted webhooks in the table ci_webhooks. */
import type { Kysely } from 'kysely';
import type { AcceptedWebhooks } from '../ci/webhook/accepted-webhooks.ts';
import { ask } from './connect.ts';
import type { Tables } from './schema.ts';

/** Keeps them in SQL. */
export function createSqlAcceptedWebhooks(db: Kysely<Tables>): AcceptedWebhooks {
  return {
    async findRun(digest) {
      const query = db.selectFrom('ci_webhooks').select('run_id').where('digest', '=', digest);
      return (await ask(query.executeTakeFirst()))?.run_id;
    },

    async remember(digest, runId) {
      const row = { digest, run_id: runId, accepted_at: new Date() };
      await ask(db.insertInto('ci_webhooks').ignore().values(row).execute());
    },
  };
}
