/** The newest messages of a partition, and how many there were. */
import type { StreamNews } from '../schemas/stream.ts';
import type { KeptMessage } from './show-message.ts';

/** What came of one partition since somebody last looked. */
export type PartitionNews = StreamNews['partitions'][number];

/** Keeps the newest `size` messages, in order; whatever is read twice is there once. */
export class PartitionRing {
  readonly partition: number;
  readonly #size: number;
  #messages: KeptMessage[] = [];
  #next: number;

  /** `next`: the first offset that is new. */
  constructor(partition: number, size: number, next: number) {
    this.partition = partition;
    this.#size = size;
    this.#next = next;
  }

  /** The offset after the newest message. */
  get next(): number {
    return this.#next;
  }

  /** Oldest first. */
  get messages(): readonly KeptMessage[] {
    return this.#messages;
  }

  /** Takes messages in order; those in between that were skipped count as come. */
  add(messages: readonly KeptMessage[]): void {
    const fresh = messages.filter(({ offset }) => offset >= this.#next);
    const last = fresh.at(-1);
    if (last === undefined) return;
    this.#messages = [...this.#messages, ...fresh].slice(-this.#size);
    this.#next = last.offset + 1;
  }

  /** What came from this offset on: how many, and the newest `sample` of them; undefined for nothing. */
  since(offset: number, sample: number): PartitionNews | undefined {
    if (this.#next <= offset) return undefined;
    const messages = this.#messages.filter((message) => message.offset >= offset).slice(-sample);
    return { partition: this.partition, count: this.#next - offset, messages: messages.map(withoutWhole) };
  }

  /** The message at this offset, if it is kept. */
  find(offset: number): KeptMessage | undefined {
    return this.#messages.find((message) => message.offset === offset);
  }
}

/** The message as lists show it. */
export function withoutWhole({ whole: _, ...message }: KeptMessage): Omit<KeptMessage, 'whole'> {
  return message;
}
