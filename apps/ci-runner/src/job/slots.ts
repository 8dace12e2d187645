/** The places on this host in which jobs run side by side; each has a socket, a unit and a user of its own. */
import { join } from 'node:path';

export class Slots {
  readonly #free: number[];
  readonly #folder: string;

  /** @param folder folder of the sockets, `<number>.sock` from 1 on */
  constructor(folder: string, count: number) {
    this.#folder = folder;
    this.#free = Array.from({ length: count }, (_, index) => index + 1);
  }

  /** Takes a free place. @throws Error where more jobs came than there are places, which the queue never does */
  take(): { socket: string; release: () => void } {
    const slot = this.#free.shift();
    if (slot === undefined) throw new Error('All places of this runner are taken.');
    return { socket: join(this.#folder, `${slot}.sock`), release: () => void this.#free.push(slot) };
  }
}
