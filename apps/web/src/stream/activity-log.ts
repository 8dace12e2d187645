/** What happened lately, in words, for whoever looks. */
import type { StreamActivity } from '../schemas/stream.ts';

const KEPT = 100;

/** Keeps the newest hundred. */
export class ActivityLog {
  readonly #onAdd: () => void;
  #items: StreamActivity[] = [];
  #last = 0;

  /** `onAdd` hears of each. */
  constructor(onAdd: () => void = () => undefined) {
    this.#onAdd = onAdd;
  }

  /** The id of the newest; 0 for none. */
  get last(): number {
    return this.#last;
  }

  add(kind: StreamActivity['kind'], text: string): void {
    this.#last += 1;
    this.#items = [...this.#items, { id: this.#last, time: new Date().toISOString(), kind, text }].slice(-KEPT);
    this.#onAdd();
  }

  /** Those after the one with this id, oldest first. */
  since(id: number): StreamActivity[] {
    return this.#items.filter((item) => item.id > id);
  }
}
