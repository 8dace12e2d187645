/** What one client of Kafka may do to all others by what it sends: packed in any way, from small to huge, and in transactions. */
import { randomUUID } from 'node:crypto';
import { type CompressionAlgorithmValue, Producer } from '@platformatic/kafka';
import kafkajs from 'kafkajs';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { lab, onHost, waitFor } from '../helpers/launcher.ts';

const { stack, outputs } = inject('e2e');
const brokers = outputs.kafkaPlaintext?.split(',') ?? [];
const CODECS: CompressionAlgorithmValue[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const BOMB_BYTES = 256 * 2 ** 20;

const producer = new Producer({ clientId: 'test', bootstrapBrokers: brokers });
afterAll(() => producer.close());

const roomName = (): string => `packed-${randomUUID().slice(0, 8)}`;
const send = (topic: string, room: string, value: string | Buffer, compression: CompressionAlgorithmValue) =>
  producer.send({ messages: [{ topic, key: Buffer.from(room), value: Buffer.from(value) }], compression, acks: 1 });

/** Waits until the room shows the text, and tells all that it shows then. */
const shows = (room: string, text: string): Promise<string[]> =>
  waitFor(`${text} in ${room}`, async () => {
    const response = await fetch(`${outputs.webUrl}/api/v1/chat/rooms/${room}/messages`);
    const { messages } = (await response.json()) as { messages: { text: string }[] };
    const texts = messages.map((message) => message.text);
    return texts.includes(text) ? texts : undefined;
  });

/** What tells one run of a service from the next. */
const runOf = async (host: string, unit: string): Promise<string> => {
  const run = await onHost(stack, host, 'systemctl', 'show', '-p', 'MainPID,NRestarts', unit);
  expect(run).toMatch(/MainPID=[1-9]/);
  return run;
};

describe('messages that a client has packed', () => {
  test.each(CODECS)('by %s are read by the chat', async (codec) => {
    const room = roomName();
    await send('chat', room, `packed by ${codec}`, codec);
    await shows(room, `packed by ${codec}`);
  });

  test.each(CODECS.filter((codec) => codec === 'gzip' || codec === 'zstd'))(
    'by %s from 256 MiB to a few KiB end neither the broker nor who reads them',
    async (codec) => {
      const runs = () => Promise.all([runOf('kafka-1', 'kafka'), runOf('web', 'web')]);
      const before = await runs();
      const bomb = Buffer.alloc(BOMB_BYTES);
      const room = roomName();
      for (const topic of ['chat', 'playground']) await send(topic, room, bomb, codec);
      await send('chat', room, 'after the bomb', 'none');
      await shows(room, 'after the bomb');
      expect(await runs()).toEqual(before);
      const all = ['-topic', 'playground', '-groupid', randomUUID(), '--idle', '1'];
      const consumed = await lab(['stream', 'consume', '-s', stack, '--', ...all]);
      expect(consumed, consumed.stderr).toMatchObject({ status: 0, stdout: expect.stringContaining('not shown') });
    },
  );
});

test('a student writes in a transaction: all of it is there at once, or none', async () => {
  const kafka = new kafkajs.Kafka({ clientId: 'test', brokers, logLevel: kafkajs.logLevel.NOTHING });
  const inTransactions = kafka.producer({ transactionalId: `test-${randomUUID()}`, maxInFlightRequests: 1 });
  await inTransactions.connect();
  try {
    const room = roomName();
    const say = async (text: string, end: 'commit' | 'abort'): Promise<void> => {
      const transaction = await inTransactions.transaction();
      await transaction.send({ topic: 'chat', messages: [{ key: room, value: text }] });
      await transaction[end]();
    };
    await say('never said', 'abort');
    await say('said', 'commit');
    expect(await shows(room, 'said')).toEqual(['said']);
  } finally {
    await inTransactions.disconnect();
  }
});
