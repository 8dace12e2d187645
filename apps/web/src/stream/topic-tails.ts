/** The topics whose messages somebody looks at right now in this process. */
import type { StreamTopic } from '../schemas/stream.ts';
import type { TopicTail } from './topic-tail.ts';

export interface TailVisit {
  tail: TopicTail;
  /** To be called once; the last one to leave ends the reading after a while. */
  leave(): void;
}

interface Entry {
  tail: TopicTail;
  viewers: number;
  timer?: NodeJS.Timeout;
}

/** For which a topic is read after the last one has left: a page that is loaded anew finds it there. */
const GRACE_MS = 5_000;

export class TopicTails {
  readonly #open: (topic: StreamTopic) => TopicTail;
  readonly #graceMs: number;
  readonly #entries = new Map<string, Entry>();

  constructor(open: (topic: StreamTopic) => TopicTail, graceMs = GRACE_MS) {
    this.#open = open;
    this.#graceMs = graceMs;
  }

  /** How many topics are read. */
  get size(): number {
    return this.#entries.size;
  }

  /** Joins those who look at this topic. */
  visit(topic: StreamTopic): TailVisit {
    const known = this.#entries.get(topic.topic);
    // A topic that has grown is read anew, or its new partitions would have no lane.
    const isWhole = known !== undefined && known.tail.rings.length >= topic.partitions.length;
    if (known !== undefined && !isWhole) void known.tail.stop();
    const entry = isWhole ? known : { tail: this.#open(topic), viewers: 0 };
    this.#entries.set(topic.topic, entry);
    clearTimeout(entry.timer);
    entry.viewers += 1;
    return { tail: entry.tail, leave: () => this.#leave(topic.topic, entry) };
  }

  async stop(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    for (const { timer } of entries) clearTimeout(timer);
    await Promise.all(entries.map(({ tail }) => tail.stop()));
  }

  #leave(topic: string, entry: Entry): void {
    entry.viewers -= 1;
    if (entry.viewers > 0) return;
    entry.timer = setTimeout(() => {
      if (this.#entries.get(topic) === entry) this.#entries.delete(topic);
      void entry.tail.stop();
    }, this.#graceMs).unref();
  }
}
