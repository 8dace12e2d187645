/** The places on this host in which jobs run side by side. */
import { Place } from './place.ts';
import { placePath } from './places.ts';

export class Slots {
  readonly #places: readonly Place[];
  readonly #free: Place[];

  /** @param folder folder of the sockets, `<number>.sock` from 1 on */
  constructor(folder: string, count: number) {
    this.#places = Array.from({ length: count }, (_, index) => new Place(placePath(folder, index + 1)));
    this.#free = [...this.#places];
  }

  /** Takes a free place. @throws Error where more jobs came than there are places, which the queue never does */
  take(): Place {
    const place = this.#free.shift();
    if (place === undefined) throw new Error('All places of this runner are taken.');
    return place;
  }

  /** Gives a place back after a job. */
  give(place: Place): void {
    place.prepare();
    this.#free.push(place);
  }

  /** Ends the sandboxes that wait for a job. */
  async close(): Promise<void> {
    await Promise.all(this.#places.map((place) => place.close()));
  }
}
