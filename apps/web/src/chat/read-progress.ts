/** How far this process has read the topics. */
import { Bell } from '../ci/live/bell.ts';
import type { Place, Reach } from './reach.ts';
import type { PartitionRange } from './topics.ts';

export class ReadProgress {
  readonly #next = new Map<string, number>();
  /** Where the partitions ended when reading last began. */
  readonly #ends = new Map<string, number>();
  readonly #moved = new Bell();
  #caughtUp = false;

  /** Whether all was read that was there when reading first began. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** The topics that were made anew since they were read: what they held before is gone. */
  begin(ranges: readonly PartitionRange[]): Set<string> {
    const renewed = new Set(
      ranges.filter(({ topic, partition, end }) => end < this.next(topic, partition)).map(({ topic }) => topic),
    );
    for (const { topic, partition, first, end } of ranges) {
      const key = keyOf(topic, partition);
      if (renewed.has(topic) || !this.#next.has(key)) this.#next.set(key, first);
      this.#ends.set(key, end);
    }
    this.#look();
    return renewed;
  }

  /** The first offset of a partition that was not read yet. */
  next(topic: string, partition: number): number {
    return this.#next.get(keyOf(topic, partition)) ?? 0;
  }

  /** Whether a message was there already when reading last began. */
  isOld(topic: string, { partition, offset }: Place): boolean {
    return offset < (this.#ends.get(keyOf(topic, partition)) ?? 0);
  }

  /** All up to this place is read. */
  reached(topic: string, { partition, offset }: Place): void {
    if (offset < this.next(topic, partition)) return;
    this.#next.set(keyOf(topic, partition), offset + 1);
    this.#look();
  }

  /** Whether this process has read a topic at least so far. */
  has(topic: string, reach: Reach): boolean {
    return [...reach].every(([partition, offset]) => offset < this.next(topic, partition));
  }

  /** Waits until this holds, or until `signal` aborts; says whether it does. */
  async until(holds: () => boolean, signal: AbortSignal): Promise<boolean> {
    while (!holds() && !signal.aborted) await this.#moved.wait(this.#moved.rings, signal);
    return holds();
  }

  #look(): void {
    this.#caughtUp ||= this.#ends.size > 0 && [...this.#ends].every(([key, end]) => (this.#next.get(key) ?? 0) >= end);
    this.#moved.ring();
  }
}

const keyOf = (topic: string, partition: number): string => `${topic} ${partition}`;
