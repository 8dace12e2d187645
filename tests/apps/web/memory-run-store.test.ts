/** The store of the tests keeps the promises of the real one. */
import { createMemoryRunStore } from './memory-run-store.ts';
import { testRunStore } from './run-store-suite.ts';
import { testRunUpdates } from './run-updates-suite.ts';

testRunStore('the store in memory', async () => createMemoryRunStore());
testRunUpdates('updates in memory', async () => createMemoryRunStore());
