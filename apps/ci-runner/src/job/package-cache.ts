/**
 * The packages that jobs share: fetched by a sandbox of its own that runs nothing of a repository, stored from outside that sandbox, and
 * only read by jobs.
 */
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Command } from '../projects/command.ts';
import type { SharedPackages } from '../projects/plan.ts';
import { openSandbox, type Sandbox } from '../sandbox/client.ts';

const MIB = 1024 * 1024;
const FETCH_LIMIT_MS = 180_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;
const LINES_TOLD = 5;
/** Versions that a project leaves open are looked up anew after this. */
const FRESH_MS = 24 * 60 * 60_000;

export interface PackageCacheOptions {
  /** Socket of the sandbox whose keeper may write to the store of packages. */
  socket: string;
  /** Folder in which is noted what the cache holds. */
  notes: string;
  /** MiB that the cache may take before it is emptied. */
  limit: number;
  logger: Logger;
}

export class PackageCache {
  readonly #options: PackageCacheOptions;
  readonly #fetching = new Map<string, Promise<void>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: PackageCacheOptions) {
    this.#options = options;
  }

  /** Whether the packages are there, and not from yesterday. */
  async holds({ key }: SharedPackages): Promise<boolean> {
    const note = await stat(join(this.#options.notes, key)).catch(() => undefined);
    return note !== undefined && Date.now() - note.mtimeMs < FRESH_MS;
  }

  /** Fetches the packages, once for all jobs that want them, and one set at a time. Where that fails, jobs go without. */
  async fetch(packages: SharedPackages, signal: AbortSignal): Promise<void> {
    const known = this.#fetching.get(packages.key);
    if (known !== undefined) return known;
    const fetching = this.#last
      .then(() => this.#fetch(packages, signal))
      .catch((error: unknown) => this.#options.logger.info({ err: error }, 'Packages could not be fetched to share'))
      .finally(() => this.#fetching.delete(packages.key));
    this.#fetching.set(packages.key, fetching);
    this.#last = fetching;
    return fetching;
  }

  async #fetch(packages: SharedPackages, signal: AbortSignal): Promise<void> {
    if (await this.holds(packages)) return;
    const { socket, notes, limit } = this.#options;
    const sandbox = await openSandbox(socket, signal);
    const deadline = Date.now() + FETCH_LIMIT_MS;
    try {
      if ((await sandbox.measurePackages()) > limit * MIB) {
        // Nothing that is noted is there any more.
        await rm(notes, { recursive: true, force: true });
        await sandbox.clearPackages();
      }
      for (const [path, text] of Object.entries(packages.files)) await sandbox.write(path, text);
      if (!(await this.#runAll(sandbox, packages.fetch, deadline))) return;
      await sandbox.storePackages(packages.key, packages.save);
      await mkdir(notes, { recursive: true });
      await writeFile(join(notes, packages.key), '');
    } finally {
      await sandbox.close();
    }
  }

  /** Whether all of them ended well. */
  async #runAll(sandbox: Sandbox, commands: readonly Command[], deadline: number): Promise<boolean> {
    for (const { label: _, ...step } of commands) {
      const printed: Buffer[] = [];
      const limitMs = Math.max(deadline - Date.now(), 1);
      const request = { ...step, limitMs, maxOutputBytes: MAX_OUTPUT_BYTES };
      const { exitCode } = await sandbox.run(request, (chunk) => printed.push(chunk));
      if (exitCode !== 0) {
        const last = Buffer.concat(printed).toString('utf8').trim().split('\n').slice(-LINES_TOLD).join(' | ');
        this.#options.logger.info({ command: step.argv.join(' '), exitCode, last }, 'A command of the cache failed');
        return false;
      }
    }
    return true;
  }
}
