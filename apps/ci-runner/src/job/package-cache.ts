/** The package caches that jobs share: filled by a sandbox of its own that runs nothing of a repository, read by all. */
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Command } from '../projects/command.ts';
import type { FetchPlan } from '../projects/plan.ts';
import { openSandbox } from '../sandbox/client.ts';
import { CACHE_DIR } from '../sandbox/step.ts';

const FETCH_LIMIT_MS = 180_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;
const REMEMBERED_LINES = 5;

export interface PackageCacheOptions {
  /** Socket of the place that may write to the caches. */
  socket: string;
  /** Folder in which is noted what the caches hold. */
  notes: string;
  /** MiB that the caches may take before they are emptied. */
  limit: number;
  logger: Logger;
}

const INSIDE = { directory: '/job', network: 'none', cache: 'write', environment: {}, label: '' } as const;

export class PackageCache {
  readonly #options: PackageCacheOptions;
  readonly #fetching = new Map<string, Promise<void>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: PackageCacheOptions) {
    this.#options = options;
  }

  /** Whether all of it is there. */
  async holds({ key }: FetchPlan): Promise<boolean> {
    return (await stat(join(this.#options.notes, key)).catch(() => undefined)) !== undefined;
  }

  /** Sees to it that the caches hold what a plan names, as far as they can: without it an install is only slower. */
  async fill(plan: FetchPlan, signal: AbortSignal): Promise<void> {
    // One download for all jobs that want the same, and one at a time.
    const known = this.#fetching.get(plan.key);
    if (known !== undefined) return known;
    const fetching = this.#last
      .then(() => this.#fetch(plan, signal))
      .catch((error: unknown) => this.#options.logger.info({ err: error }, 'The package cache could not be filled'))
      .finally(() => this.#fetching.delete(plan.key));
    this.#fetching.set(plan.key, fetching);
    this.#last = fetching;
    return fetching;
  }

  async #fetch(plan: FetchPlan, signal: AbortSignal): Promise<void> {
    const { socket, notes, limit } = this.#options;
    if (await this.holds(plan)) return;
    const sandbox = await openSandbox(socket, signal);
    const deadline = Date.now() + FETCH_LIMIT_MS;
    const run = async ({ label: _, ...command }: Command): Promise<number> => {
      const printed: string[] = [];
      const limitMs = Math.max(deadline - Date.now(), 1);
      const { exitCode } = await sandbox.run({ ...command, limitMs, maxOutputBytes: MAX_OUTPUT_BYTES }, (chunk) =>
        printed.push(chunk.toString('utf8')),
      );
      if (exitCode !== 0) {
        const last = printed.join('').trim().split('\n').slice(-REMEMBERED_LINES).join(' | ');
        this.#options.logger.info({ command: command.argv.join(' '), exitCode, last }, 'A command of the cache failed');
      }
      return exitCode;
    };
    try {
      const empty = `if [ "$(du -sm ${CACHE_DIR} | cut -f1)" -gt ${limit} ]; then find ${CACHE_DIR} -mindepth 1 -delete; fi`;
      await run({ ...INSIDE, argv: ['/bin/sh', '-c', empty] });
      for (const [path, text] of Object.entries(plan.files)) await sandbox.write(path, text);
      for (const command of plan.commands) if ((await run(command)) !== 0) return;
      // Other users read it, each below a layer of its own.
      if ((await run({ ...INSIDE, argv: ['chmod', '-R', 'a+rwX', CACHE_DIR] })) !== 0) return;
      await mkdir(notes, { recursive: true });
      await writeFile(join(notes, plan.key), '');
    } finally {
      await sandbox.close();
    }
  }
}
