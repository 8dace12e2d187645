/** A place in which one job after the other runs: a socket, with a unit and a user of its own, and a new sandbox for each. */
import { openSandbox, type Sandbox } from '../sandbox/client.ts';

/** An idle sandbox takes memory; its unit ends by itself some time after that. */
const KEEP_READY_MS = 5 * 60_000;

export class Place {
  readonly socket: string;
  #ready: Promise<Sandbox> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(socket: string) {
    this.socket = socket;
  }

  /** A sandbox in which nothing has run yet; an aborted `signal` ends it. @throws SandboxGone where none can be made */
  async open(signal: AbortSignal): Promise<Sandbox> {
    const ready = await this.#takeReady();
    if (ready !== null) {
      try {
        const sandbox = ready.under(signal);
        await sandbox.list('', 1, { deep: false });
        return sandbox;
      } catch {
        // It has ended while it waited.
        await ready.close();
        signal.throwIfAborted();
      }
    }
    return openSandbox(this.socket, signal);
  }

  /** Has the next sandbox made beforehand, as its start takes a good part of a short job; it is kept for some minutes. */
  prepare(): void {
    const ready = openSandbox(this.socket, new AbortController().signal);
    // Whoever opens it then finds out why it cannot be made.
    ready.catch(() => undefined);
    this.#ready = ready;
    this.#timer = setTimeout(() => void this.close(), KEEP_READY_MS).unref();
  }

  /** Ends the sandbox that waits for a job. */
  async close(): Promise<void> {
    await (await this.#takeReady())?.close();
  }

  async #takeReady(): Promise<Sandbox | null> {
    clearTimeout(this.#timer);
    const ready = this.#ready;
    this.#ready = null;
    return (await ready?.catch(() => null)) ?? null;
  }
}
