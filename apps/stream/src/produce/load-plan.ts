/** Which messages of a load go to which partition, in which order, and when. */
import type { OutgoingMessage } from '../client/client.ts';
import { loadValues } from '../load-message.ts';

export interface LoadPlan {
  run: string;
  count: number;
  /** Bytes of a value. */
  size: number;
  /** Message `number` has the key `k<number mod keys>`. */
  keys: number;
  /** Messages in one request at most. */
  batch: number;
  /** Messages a second, Infinity for as many as go through. */
  rate: number;
}

/** A broker takes a batch of about a megabyte, unless it is told otherwise. */
const BATCH_BYTES = 900_000;
/** What a message has beside its value, at most. */
const OVERHEAD_BYTES = 60;

/** The messages of one partition, handed out in their order. */
export class Lane {
  readonly #plan: LoadPlan;
  readonly #partition: number;
  /** The keys of this partition, as remainders. */
  readonly #remainders: number[];
  readonly #value: (number: number) => string;
  readonly #largest: number;
  #index = 0;

  constructor(plan: LoadPlan, partition: number, remainders: number[]) {
    this.#plan = plan;
    this.#partition = partition;
    // Number 1 comes first, so the remainder 0 comes after all others.
    this.#remainders = remainders.map((remainder) => (remainder === 0 ? plan.keys : remainder)).sort((a, b) => a - b);
    this.#value = loadValues(plan.run, plan.size);
    this.#largest = Math.max(1, Math.min(plan.batch, Math.floor(BATCH_BYTES / (plan.size + OVERHEAD_BYTES))));
  }

  /** The number of the next message; undefined at the end. */
  get next(): number | undefined {
    const number = this.#numberAt(this.#index);
    return number <= this.#plan.count ? number : undefined;
  }

  /** Takes the next messages up to number `last`, as many as fit into a request. */
  take(last: number): OutgoingMessage[] {
    const messages: OutgoingMessage[] = [];
    const end = Math.min(last, this.#plan.count);
    while (messages.length < this.#largest) {
      const number = this.#numberAt(this.#index);
      if (number > end) break;
      this.#index += 1;
      messages.push({
        key: `k${number % this.#plan.keys}`,
        value: this.#value(number),
        partition: this.#partition,
      });
    }
    return messages;
  }

  #numberAt(index: number): number {
    const { length } = this.#remainders;
    return Math.floor(index / length) * this.#plan.keys + (this.#remainders[index % length] ?? 0);
  }
}

/** One lane for each partition that any key belongs to. */
export function planLanes(plan: LoadPlan, partitionOf: (key: string) => number): Lane[] {
  const remainders = new Map<number, number[]>();
  for (let remainder = 0; remainder < plan.keys; remainder++) {
    const partition = partitionOf(`k${remainder}`);
    remainders.set(partition, [...(remainders.get(partition) ?? []), remainder]);
  }
  return [...remainders].map(([partition, keys]) => new Lane(plan, partition, keys));
}
