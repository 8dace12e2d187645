/** What has become of the messages of one partition, and so up to where the group may mark it as done. */
export class PartitionLedger {
  /** Offsets of messages that are here and not done. All others that came are. */
  readonly #open = new Set<number>();
  /** The offset after the last message that came. */
  #next = 0;
  /** What the group has on record; unknown until the first message after the group has formed. */
  #committed: number | null = null;

  /**
   * Notes that a message has come; false when it is here already and not done yet. Messages come in the order of
   * their offsets, the first one at the group's own mark: what is open below that was done by another member.
   */
  take(offset: number): boolean {
    if (this.#committed === null) {
      this.#committed = offset;
      for (const open of this.#open) if (open < offset) this.#open.delete(open);
    }
    // Not the highest ever: a topic that was made anew begins at 0 again.
    this.#next = offset + 1;
    if (this.#open.has(offset)) return false;
    this.#open.add(offset);
    return true;
  }

  /** Notes that a message is done. */
  finish(offset: number): void {
    this.#open.delete(offset);
  }

  /** The offset to commit: of the first message that is not done. Null when the group has it on record. */
  get due(): number | null {
    if (this.#committed === null) return null;
    let first = this.#next;
    for (const offset of this.#open) if (offset < first) first = offset;
    return first === this.#committed ? null : first;
  }

  /** Notes what the group now has on record. */
  noteCommitted(offset: number): void {
    this.#committed = offset;
  }

  /** Notes that the group has formed anew: all messages since its mark come once more, beside those that are still here. */
  restart(stillHere: readonly number[]): void {
    this.#committed = null;
    this.#open.clear();
    for (const offset of stillHere) this.#open.add(offset);
  }
}
