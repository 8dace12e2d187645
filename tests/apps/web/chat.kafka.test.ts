/** Two web processes talk over a real broker that is killed in between. */
import { createKafka } from '@cloud-lab/common/kafka';
import { CHAT_PRESENCE_TOPIC, CHAT_TOPIC } from '@cloud-lab/common/topics';
import type { Admin, Producer } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Chat, createChat } from '../../../apps/web/src/chat/chat.ts';
import type { ChatEvent } from '../../../apps/web/src/chat/listeners.ts';
import { type RealKafka, startKafka } from '../../helpers/real-kafka.ts';
import { silent } from './helper.ts';

const RETRY = { initialRetryTime: 300, maxRetryTime: 2_000, retries: 4 };

describe('the chat on a real broker', { timeout: 90_000 }, () => {
  let kafka: RealKafka;
  let admin: Admin;
  let producer: Producer;
  const chats: Chat[] = [];

  const start = (): Chat => {
    const client = createKafka({ brokers: [kafka.broker], clientId: 'web', logger: silent, retry: RETRY });
    const chat = createChat(client, silent);
    chat.start();
    chats.push(chat);
    return chat;
  };

  const listen = async (chat: Chat, room: string, user?: string) => {
    const events: ChatEvent[] = [];
    const leave = await chat.listen(room, { user, after: undefined, onEvent: (event) => events.push(event) });
    const texts = (): string[] => events.flatMap((each) => (each.event === 'message' ? [each.data.text] : []));
    const people = (): string[] => {
      const last = events.findLast(({ event }) => event === 'people');
      return last?.event === 'people' ? last.data.people.map((person) => person.user) : [];
    };
    return { events, texts, people, leave };
  };

  /** Says it again under the same name until it is there, as a person with "try again" would. */
  const insist = async (chat: Chat, room: string, text: string): Promise<void> => {
    const saying = { room, user: 'Ann', text, sendId: `name-of-${text}` };
    for (;;) {
      if (
        await chat.say(saying).then(
          () => true,
          () => false,
        )
      )
        return;
    }
  };

  beforeAll(async () => {
    kafka = await startKafka();
    await kafka.createTopics({ [CHAT_TOPIC]: 6, [CHAT_PRESENCE_TOPIC]: 1 });
    const client = createKafka({ brokers: [kafka.broker], clientId: 'test', logger: silent });
    admin = client.admin();
    producer = client.producer();
    await Promise.all([admin.connect(), producer.connect()]);
  }, 90_000);

  afterAll(async () => {
    await Promise.all(chats.map((chat) => chat.stop()));
    await Promise.all([admin.disconnect(), producer.disconnect()]);
    await kafka.stop();
  }, 30_000);

  it('is heard by all processes, a plain producer too, in milliseconds and with the same ids', async () => {
    const [one, other] = [start(), start()];
    const [here, there] = await Promise.all([listen(one, 'lobby', 'Ann'), listen(other, 'lobby', 'Ben')]);
    await vi.waitFor(
      () =>
        expect([here.people(), there.people()]).toEqual([
          ['Ann', 'Ben'],
          ['Ann', 'Ben'],
        ]),
      15_000,
    );
    await one.say({ room: 'lobby', user: 'Ann', text: 'first', sendId: undefined });
    const waits: number[] = [];
    for (let n = 0; n < 50; n++) {
      const sent = performance.now();
      await one.say({ room: 'lobby', user: 'Ann', text: `${n}`, sendId: undefined });
      waits.push(performance.now() - sent);
    }
    waits.sort((a, b) => a - b);
    console.log(
      `From saying to having read it back: median ${waits[25]?.toFixed(1)}, most ${waits[49]?.toFixed(1)} ms`,
    );
    await producer.send({
      topic: CHAT_TOPIC,
      messages: [{ key: 'lobby', value: '[Prof]: by hand' }, { value: 'no key' }],
    });
    await vi.waitFor(() => expect([here.texts().at(-1), there.texts().at(-1)]).toEqual(['by hand', 'by hand']), 5_000);
    expect(here.texts()).toHaveLength(52);
    const ids = ({ events }: typeof here) => events.filter(({ event }) => event === 'message').map(({ id }) => id);
    expect(ids(here)).toEqual(ids(there));
    expect(waits[25]).toBeLessThan(100);
    here.leave();
    await vi.waitFor(() => expect(there.people()).toEqual(['Ben']), 5_000);
    there.leave();
  });

  it('loses nothing and shows nothing twice when the broker is killed', async () => {
    const [one = start(), other = start()] = chats;
    const listeners = await Promise.all([listen(one, 'team', 'Ann'), listen(other, 'team', 'Ben')]);
    const said: string[] = [];
    let isOver = false;
    const talk = async (chat: Chat, name: string): Promise<void> => {
      for (let n = 0; !isOver; n++) {
        const text = `${name}-${n}`;
        await insist(chat, 'team', text);
        said.push(text);
      }
    };
    const talking = [talk(one, 'one'), talk(other, 'other')];
    await vi.waitFor(() => expect(said.length).toBeGreaterThan(20), 20_000);
    await kafka.kill();
    const refused = performance.now();
    await expect(one.say({ room: 'team', user: 'Carla', text: 'now', sendId: 'now' })).rejects.toThrow(/Kafka/);
    expect(performance.now() - refused).toBeLessThan(6_000);
    expect((await one.room('team', 10)).messages).toHaveLength(10);
    await kafka.restart();
    const before = said.length;
    await vi.waitFor(() => expect(said.length).toBeGreaterThan(before + 20), 40_000);
    isOver = true;
    await Promise.all(talking);
    for (const { texts, events } of listeners) {
      await vi.waitFor(() => expect(texts()).toEqual(expect.arrayContaining(said)), 10_000);
      expect(new Set(texts()).size).toBe(texts().length);
      expect(events.some(({ event }) => event === 'gap')).toBe(false);
    }
    // One who comes later reads the same.
    const late = start();
    const { messages } = await late.room('team', 500);
    expect(messages.map(({ text }) => text)).toEqual(listeners[0]?.texts().slice(-messages.length));
    for (const { leave } of listeners) leave();
  });

  it('leaves no group behind', async () => {
    const groups = async (): Promise<string[]> =>
      (await admin.listGroups()).groups.map(({ groupId }) => groupId).filter((id) => id.startsWith('chat-web-'));
    expect((await groups()).length).toBe(chats.length);
    await Promise.all(chats.splice(0).map((chat) => chat.stop()));
    await vi.waitFor(async () => expect(await groups()).toEqual([]), 10_000);
  });
});
