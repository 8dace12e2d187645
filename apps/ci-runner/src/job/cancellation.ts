/** Whether a run was cancelled: the web app leaves a mark in the storage, which its runner looks for while the run goes on. */
import { setInterval } from 'node:timers/promises';
import type { ContainerClient } from '@azure/storage-blob';
import { cancelledBlobName } from '@cloud-lab/common/ci-messages';
import type { Logger } from 'pino';

const LOOK_EVERY_MS = 3_000;

export class RunCancelled extends Error {
  override readonly name = 'RunCancelled';

  constructor() {
    super('The run was cancelled.');
  }
}

/** Whether the run is marked. */
export function isCancelled(container: ContainerClient, id: string, abortSignal: AbortSignal): Promise<boolean> {
  return container.getBlobClient(cancelledBlobName(id)).exists({ abortSignal });
}

/** Looks for the mark until `signal` aborts. @returns what aborts with RunCancelled when it is there */
export function watchCancellation(
  container: ContainerClient,
  id: string,
  { signal, logger, lookEveryMs = LOOK_EVERY_MS }: { signal: AbortSignal; logger: Logger; lookEveryMs?: number },
): AbortSignal {
  const cancelled = new AbortController();
  const watch = async (): Promise<void> => {
    for await (const _ of setInterval(lookEveryMs, undefined, { signal, ref: false })) {
      try {
        if (await isCancelled(container, id, signal)) return cancelled.abort(new RunCancelled());
      } catch (error) {
        if (!signal.aborted)
          logger.debug({ err: error, job: id }, 'The storage does not say whether a run was cancelled');
      }
    }
  };
  // It ends with the signal, which is no error.
  watch().catch(() => undefined);
  return cancelled.signal;
}
