/** Kafka is asked while somebody looks, and only then. */
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createStreamView } from '../../../../apps/web/src/stream/stream-view.ts';
import { createRings } from '../../../../apps/web/src/stream/topic-tail.ts';
import { Watcher } from '../../../../apps/web/src/stream/watcher.ts';
import { createMemoryParts, MemoryKafka } from '../../../helpers/memory-stream.ts';
import { silent } from '../helper.ts';

describe('who looks', () => {
  it('is what makes it ask: nobody, no questions', async () => {
    const kafka = new MemoryKafka();
    const parts = createMemoryParts(kafka);
    let asked = 0;
    let closed = 0;
    const reader = {
      read: () => {
        asked += 1;
        return parts.reader.read();
      },
      close: async () => {
        closed += 1;
      },
    };
    const stream = createStreamView({ ...parts, reader }, silent, { everyMs: 10, graceMs: 50 });
    onTestFinished(() => stream.stop());
    expect(asked).toBe(0);
    const leaving = new AbortController();
    const events = await stream.follow('playground', leaving.signal);
    await events.next();
    await vi.waitFor(() => expect(asked).toBeGreaterThan(3));
    leaving.abort();
    await events.next();
    await vi.waitFor(() => expect(closed).toBe(1));
    const after = asked;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(asked).toBe(after);
  });
});

describe('who comes', () => {
  it('while it lets go of Kafka makes it look again', async () => {
    const closing = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const { read } = createMemoryParts(new MemoryKafka()).reader;
    let asked = 0;
    const reader = {
      read: () => {
        asked += 1;
        return read();
      },
      close: () => {
        closing.resolve();
        return closed.promise;
      },
    };
    const watcher = new Watcher({ reader, log: silent, everyMs: 10, graceMs: 0 });
    watcher.enter()();
    await closing.promise;
    const before = asked;
    const leave = watcher.enter();
    closed.resolve();
    await vi.waitFor(() => expect(asked).toBeGreaterThan(before));
    leave();
    await watcher.stop();
  });

  it('for the last messages waits until those of before are read', async () => {
    const kafka = new MemoryKafka();
    const parts = createMemoryParts(kafka);
    kafka.send([{ topic: 'chat', key: 'lobby', value: 'from before' }]);
    const openTail: typeof parts.openTail = (topic, changed) => {
      const late = { rings: createRings(topic), problem: null, stop: async () => undefined };
      setTimeout(() => {
        for (const [index, { messages }] of kafka.tail(topic, changed).rings.entries())
          late.rings[index]?.add(messages);
        changed.ring();
      }, 50);
      return late;
    };
    const stream = createStreamView({ ...parts, openTail }, silent, { everyMs: 10, graceMs: 0 });
    onTestFinished(() => stream.stop());
    expect((await stream.messages('chat', 5)).map(({ value }) => value)).toEqual(['from before']);
  });
});
