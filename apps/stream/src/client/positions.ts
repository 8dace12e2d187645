/** How far a member of a group is in each of its partitions: what was handed out, what is done, what the group knows. */

type Place = { partition: number; offset: bigint };

/** Keeps apart what this member has now and what it had before the group shared out its partitions anew. */
export class Positions {
  /** The next offset to hand out; only partitions that are ours. */
  readonly #next = new Map<number, bigint>();
  /** What the group is still to be told. */
  readonly #changed = new Map<number, bigint>();

  /** A partition that is ours from now on is read from here; one that was ours before goes on where it is. */
  start(partition: number, offset: bigint): void {
    if (this.#next.has(partition)) return;
    this.#next.set(partition, offset);
    this.#changed.set(partition, offset);
  }

  /** Forgets every other partition: they have another reader now. */
  keepOnly(partitions: readonly number[]): void {
    for (const places of [this.#next, this.#changed]) {
      for (const partition of places.keys()) if (!partitions.includes(partition)) places.delete(partition);
    }
  }

  /** Whether to hand out this one: it is of a partition of ours, and was not handed out before. */
  hand({ partition, offset }: Place): boolean {
    const next = this.#next.get(partition);
    if (next === undefined || offset < next) return false;
    this.#next.set(partition, offset + 1n);
    return true;
  }

  /** These are dealt with. */
  done(messages: readonly Place[]): void {
    for (const { partition, offset } of messages) {
      if (this.#next.has(partition)) this.#changed.set(partition, offset + 1n);
    }
  }

  /** What changed since the last call, as partition and next offset. */
  takeChanged(): [number, bigint][] {
    const changed = [...this.#changed];
    this.#changed.clear();
    return changed;
  }

  /** The group could not be told: it is told with the next. */
  putBack(changed: readonly [number, bigint][]): void {
    for (const [partition, offset] of changed) {
      if (this.#next.has(partition) && !this.#changed.has(partition)) this.#changed.set(partition, offset);
    }
  }
}
