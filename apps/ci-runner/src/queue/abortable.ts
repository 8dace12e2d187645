/** Waits that end early. */
import { addAbortListener } from 'node:events';

/** Waits for the promise, but no longer than until the signal aborts. @throws the signal's reason, or what the promise throws */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const listener = addAbortListener(signal, () => reject(signal.reason));
  return Promise.race([promise, aborted]).finally(() => listener[Symbol.dispose]());
}
