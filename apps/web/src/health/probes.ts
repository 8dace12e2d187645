/** How each part of the lab is asked to do what it is for, by the protocol that it serves. */
import { randomUUID } from 'node:crypto';
import { type BlobServiceClient, RestError } from '@azure/storage-blob';
import { HEALTH_CONTAINER } from '@cloud-lab/common/blob';
import type { Kysely } from 'kysely';
import { isOwnRepository, repositoryUrl } from '../ci/repositories.ts';
import { isAway, tryChange } from '../database/connect.ts';
import type { Tables } from '../database/schema.ts';
import { type Probe, ProbeError } from './health.ts';

const HTTP_LIMIT_MS = 2_000;
/** Of the blob that this process writes and reads. */
const BLOB_NAME = 'web';
const NO_REPOSITORY = 'no-repository';

/** Asks for a change, of no row: a server that only reads refuses it. */
export const databaseProbe = (db: Kysely<Tables>): Probe => ({
  name: 'database',
  title: 'Database',
  whenDown: 'The database does not answer. Runs of the CI cannot be kept or listed.',
  check: async () => {
    try {
      await tryChange(db);
    } catch (error) {
      if (isAway(error)) throw error;
      throw new ProbeError(`The database takes no changes: ${(error as Error).message}`, { cause: error });
    }
    return 'Answers queries and takes changes.';
  },
});

/** Writes a blob and reads it. */
export const storageProbe = (service: BlobServiceClient): Probe => ({
  name: 'storage',
  title: 'Storage',
  whenDown: 'The blob storage does not answer. Logs and coverage reports cannot be read.',
  check: async () => {
    const container = service.getContainerClient(HEALTH_CONTAINER);
    const blob = container.getBlockBlobClient(BLOB_NAME);
    const text = randomUUID();
    const abortSignal = AbortSignal.timeout(HTTP_LIMIT_MS);
    const write = () => blob.upload(text, text.length, { abortSignal });
    try {
      await write().catch(async (error: unknown) => {
        if (statusOf(error) !== 404) throw error;
        await container.createIfNotExists({ abortSignal });
        return write();
      });
    } catch (error) {
      const status = statusOf(error);
      if (status === undefined) throw error;
      throw new ProbeError(`The blob storage takes no blobs (${status}).`, { cause: error });
    }
    const read = await blob.downloadToBuffer(0, text.length, { abortSignal });
    if (read.toString() !== text) throw new ProbeError('The blob storage gives back another blob than was stored.');
    return 'Takes and gives blobs.';
  },
});

const statusOf = (error: unknown): number | undefined => (error instanceof RestError ? error.statusCode : undefined);

/** Asks the lab's own Git server for what a clone of each of its repositories begins with; where there is none, it has to say so. */
export const gitProbe = (gitUrl: string, repositories: readonly string[]): Probe => ({
  name: 'git',
  title: 'Git server',
  whenDown: 'The Git server does not answer. The CI cannot look up branches.',
  check: async () => {
    const own = repositories.filter(isOwnRepository);
    if (own.length === 0) {
      const status = await askForClone(gitUrl, NO_REPOSITORY);
      if (status !== 404) throw new ProbeError(`The Git server answers ${status}.`);
      return 'Answers requests.';
    }
    const statuses = await Promise.all(own.map((repository) => askForClone(gitUrl, repository)));
    const failed = statuses.findIndex((status) => status !== 200);
    if (failed >= 0) throw new ProbeError(`The Git server gives no clone of ${own[failed]} (${statuses[failed]}).`);
    return 'Gives clones.';
  },
});

async function askForClone(gitUrl: string, repository: string): Promise<number> {
  const url = `${repositoryUrl(repository, gitUrl)}/info/refs?service=git-upload-pack`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(HTTP_LIMIT_MS) });
  await answer.body?.cancel();
  return answer.status;
}
