/**
 * How often a run was begun: what kills its runner would otherwise kill one runner after the other, as the queue gives the job of a lost
 * runner to the next.
 */
import type { ContainerClient } from '@azure/storage-blob';
import { attemptsBlobName } from '@cloud-lab/common/ci-messages';
import Type, { type Static } from 'typebox';
import { Value } from 'typebox/value';

/** A run that was begun so often and never ended is given up. */
export const MAX_ATTEMPTS = 2;
const LEAVE_LIMIT_MS = 3_000;

const AttemptSchema = Type.Object({
  runner: Type.String(),
  startedAt: Type.String({ description: 'ISO 8601, UTC' }),
});
export type Attempt = Static<typeof AttemptSchema>;
const AttemptsSchema = Type.Array(AttemptSchema);

/** The attempts at one run, kept in the storage; only the runner that has its job writes them. */
export class Attempts {
  readonly #container: ContainerClient;
  readonly #id: string;
  #before: Attempt[] = [];

  constructor(container: ContainerClient, id: string) {
    this.#container = container;
    this.#id = id;
  }

  /** Notes that this runner begins, unless the run was begun too often. @returns the attempts before, none of which ended */
  async begin(attempt: Attempt, signal: AbortSignal): Promise<readonly Attempt[]> {
    this.#before = await this.#read(signal);
    if (this.#before.length < MAX_ATTEMPTS) await this.#write([...this.#before, attempt], signal);
    return this.#before;
  }

  /** Notes that this runner leaves the run to another in good order, which does not count. Tries for some seconds. */
  async leave(): Promise<void> {
    await this.#write(this.#before, AbortSignal.timeout(LEAVE_LIMIT_MS)).catch(() => undefined);
  }

  async #read(abortSignal: AbortSignal): Promise<Attempt[]> {
    const blob = this.#container.getBlobClient(attemptsBlobName(this.#id));
    if (!(await blob.exists({ abortSignal }))) return [];
    const text = (await blob.downloadToBuffer(0, undefined, { abortSignal })).toString('utf8');
    const attempts: unknown = JSON.parse(text);
    return Value.Check(AttemptsSchema, attempts) ? attempts : [];
  }

  async #write(attempts: readonly Attempt[], abortSignal: AbortSignal): Promise<void> {
    const content = Buffer.from(JSON.stringify(attempts));
    const blobHTTPHeaders = { blobContentType: 'application/json' };
    const blob = this.#container.getBlockBlobClient(attemptsBlobName(this.#id));
    await blob.upload(content, content.length, { blobHTTPHeaders, abortSignal });
  }
}

/** Why a run is given up, as a sentence; null where it may begin. */
export function refuseAttempt(before: readonly Attempt[]): string | null {
  if (before.length < MAX_ATTEMPTS) return null;
  const runners = [...new Set(before.map(({ runner }) => runner))].join(' and ');
  return `The run was given up: it was begun ${before.length} times, on ${runners}, and the runner was lost each time. Look for what takes all memory of a host, or ask for help.`;
}
