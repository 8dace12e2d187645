/** The store of the tests keeps the promises of the real one. */
import { testAcceptedWebhooks } from './accepted-webhooks-suite.ts';
import { createMemoryAcceptedWebhooks } from './memory-accepted-webhooks.ts';
import { createMemoryRunStore } from './memory-run-store.ts';
import { testRunStore } from './run-store-suite.ts';
import { testRunUpdates } from './run-updates-suite.ts';

testRunStore('the store in memory', async () => createMemoryRunStore());
testRunUpdates('updates in memory', async () => createMemoryRunStore());
testAcceptedWebhooks('accepted webhooks in memory', async () => createMemoryAcceptedWebhooks());
