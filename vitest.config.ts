import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { CHROMIUM } from './tests/helpers/chromium.ts';

// These need a browser but no lab. `./lab test` installs one first; `./lab test --unit` says so where it goes without.
const withBrowser = existsSync(CHROMIUM) ? ['tests/browser/{ci,chat,stream}-*.test.ts'] : [];

/** How many times longer than here things may take, where the lab of the end-to-end tests is. */
const PATIENCE = Number(process.env.LAB_E2E_PATIENCE ?? '1');

/** Programs under the real Pulumi engine, with stand-ins for the clouds: they need the engine but no lab. */
const ENGINE_TESTS = 'tests/**/*.engine.test.ts';

/** Apps on a real database, and on a real broker that is killed in between; no lab. */
const SERVER_TESTS = 'tests/**/*.{kafka,mariadb}.test.ts';

export default defineConfig({
  test: {
    // One more than it would take by itself on two processors: much of the time a test waits for a browser or a process.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/{infra,clouds,cloud-init,apps,samples,stand-in,helpers,tools}/**/*.test.ts', ...withBrowser],
          exclude: [ENGINE_TESTS, SERVER_TESTS],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'servers',
          include: [SERVER_TESTS],
          globalSetup: ['tests/helpers/kafka-jars.ts', 'tests/helpers/mariadb-server.ts'],
          // They measure: each has the machine to itself.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'machines',
          include: ['tests/machines/**/*.test.ts'],
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'vm',
          include: ['tests/vm/**/*.test.ts'],
          testTimeout: 240_000,
        },
      },
      {
        test: {
          name: 'engine',
          include: [ENGINE_TESTS],
          globalSetup: ['tests/stand-in/engine-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts', 'tests/browser/first-page.test.ts'],
          globalSetup: ['tests/helpers/e2e-lab.ts'],
          fileParallelism: false,
          testTimeout: 300_000 * PATIENCE,
          hookTimeout: 600_000 * PATIENCE,
        },
      },
    ],
  },
});
