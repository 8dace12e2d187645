/** What the API says and expects of the stream: topics, groups, messages, and what one may play with. */
import Type, { type Static } from 'typebox';
import { PLAY_GROUPS, PLAY_LIMITS } from '../stream/play-limits.ts';

/** Messages that are kept of each partition while somebody looks. */
export const MESSAGES_KEPT = 50;

const nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const offset = (description: string) => Type.Integer({ minimum: 0, description });
const time = (description: string) => Type.String({ description: `${description}, ISO 8601, UTC` });

export const StreamPartition = Type.Object({
  partition: Type.Integer({ description: 'Number of the partition, from 0' }),
  leader: nullable(Type.Integer({ description: 'Id of the broker that takes its messages; null: none does now' })),
  replicas: Type.Array(Type.Integer(), { description: 'Ids of the brokers that shall have a copy' }),
  inSync: Type.Array(Type.Integer(), { description: 'Ids of those whose copy is complete' }),
  oldest: offset('Offset of the oldest message that is kept'),
  next: offset('Offset that the next message will get; `next - oldest` messages are kept'),
});
export type StreamPartition = Static<typeof StreamPartition>;

export const StreamTopic = Type.Object({
  topic: Type.String({ description: 'Name of the topic' }),
  purpose: Type.String({ description: 'What it is for, in a few words' }),
  partitions: Type.Array(StreamPartition, { description: 'In the order of their numbers' }),
});
export type StreamTopic = Static<typeof StreamTopic>;

export const StreamMember = Type.Object({
  id: Type.String({ description: 'What the group calls it' }),
  name: Type.String({ description: 'What it calls itself (client id)' }),
  host: Type.String({ description: 'Address that it connects from' }),
  partitions: Type.Record(Type.String(), Type.Array(Type.Integer()), {
    description: 'Topic -> numbers of the partitions that it reads',
  }),
});
export type StreamMember = Static<typeof StreamMember>;

export const StreamPosition = Type.Object({
  topic: Type.String({ description: 'Name of the topic' }),
  partition: Type.Integer({ description: 'Number of the partition' }),
  committed: nullable(offset('Where the group goes on: all before it counts as handled; null: nothing is committed')),
  lag: nullable(offset('Messages from there to the end; null: nothing is committed')),
});
export type StreamPosition = Static<typeof StreamPosition>;

export const StreamGroup = Type.Object({
  group: Type.String({ description: 'Name of the consumer group' }),
  state: Type.Enum(['stable', 'rebalancing', 'empty', 'hidden'], {
    description:
      'stable: its members read; rebalancing: they share the partitions anew; empty: it has none; hidden: it uses a newer protocol, by which its members cannot be seen here',
  }),
  members: Type.Array(StreamMember, { description: 'By name' }),
  positions: Type.Array(StreamPosition, {
    description: 'Of each partition that it has committed or that a member reads',
  }),
  lag: Type.Integer({
    description: 'Messages that it has not handled yet, over all partitions with a committed offset',
  }),
});
export type StreamGroup = Static<typeof StreamGroup>;

export const StreamBroker = Type.Object({
  id: Type.Integer({ description: 'Id of the broker' }),
  address: Type.String({ description: 'host:port, as the brokers give it' }),
});

export const StreamConsumer = Type.Object({
  id: Type.String({ description: 'What PATCH and DELETE call it' }),
  name: Type.String({ description: 'Its name in the group (client id)' }),
  group: Type.String({ description: 'The group that it is a member of' }),
  perSecond: Type.Integer({ description: 'Messages that it handles in a second at most' }),
  state: Type.Enum(['starting', 'running', 'stopping', 'killed'], {
    description: 'killed: its connection was cut, and the group does not know yet',
  }),
  endsAt: time('When it is stopped by itself'),
  noticedAt: nullable(time('Of a killed one: when the group will notice at the latest')),
});
export type StreamConsumer = Static<typeof StreamConsumer>;

export const StreamSending = Type.Object({
  count: Type.Integer({ description: 'Messages to send' }),
  sent: Type.Integer({ description: 'Messages sent so far' }),
  perSecond: Type.Integer({ description: 'Messages a second' }),
});
export type StreamSending = Static<typeof StreamSending>;

/** All that is known of Kafka now. */
export const StreamSnapshot = Type.Object({
  problem: nullable(Type.String({ description: 'Why what follows may be old, in words; null: it is as of now' })),
  brokers: Type.Array(StreamBroker, { description: 'Those that answer' }),
  topics: Type.Array(StreamTopic, { description: 'The topics of the lab that exist' }),
  groups: Type.Array(StreamGroup, { description: 'Consumer groups, by name; those of this view left out' }),
  moreGroups: Type.Integer({ description: 'Groups that there are beside those' }),
  consumers: Type.Array(StreamConsumer, { description: 'Demo consumers of the topic playground' }),
  sending: nullable(StreamSending),
});
export type StreamSnapshot = Static<typeof StreamSnapshot>;

/** What changed: whatever is not in it is as before. */
export const StreamChange = Type.Object({
  ...Type.Partial(StreamSnapshot).properties,
  gone: Type.Optional(Type.Array(Type.String(), { description: 'Groups that are no more' })),
});
export type StreamChange = Static<typeof StreamChange>;

export const StreamMessage = Type.Object({
  partition: Type.Integer({ description: 'Number of its partition' }),
  offset: offset('Its place in the partition'),
  time: time('When it was sent, or when the broker took it'),
  key: nullable(Type.String({ description: 'Its key, at most 100 characters of it' })),
  value: nullable(
    Type.String({ description: 'At most 200 characters of it; bytes that are no UTF-8 as \\xNN; null: it has none' }),
  ),
  bytes: Type.Integer({ description: 'Length of the whole value, in bytes' }),
});
export type StreamMessage = Static<typeof StreamMessage>;

export const StreamWholeMessage = Type.Object({
  ...StreamMessage.properties,
  value: nullable(Type.String({ description: 'At most 4,000 characters of it; bytes that are no UTF-8 as \\xNN' })),
});

export const StreamMessages = Type.Object({
  messages: Type.Array(StreamMessage, { description: 'Newest first' }),
});

/** What came to a topic since the last event. */
export const StreamNews = Type.Object({
  partitions: Type.Array(
    Type.Object({
      partition: Type.Integer({ description: 'Number of the partition' }),
      count: Type.Integer({ description: 'Messages that came' }),
      messages: Type.Array(StreamMessage, { description: 'The newest of them, oldest first' }),
    }),
  ),
});
export type StreamNews = Static<typeof StreamNews>;

export const StreamActivity = Type.Object({
  id: Type.Integer({ description: 'Counts up' }),
  time: time('When it was seen'),
  kind: Type.Enum(['rebalance', 'consumer', 'killed', 'sending', 'kafka'], { description: 'What it is about' }),
  text: Type.String({ description: 'What happened, in words' }),
});
export type StreamActivity = Static<typeof StreamActivity>;

const perSecond = Type.Integer({
  minimum: 1,
  maximum: PLAY_LIMITS.perSecond,
  description: 'Messages that it handles in a second at most',
});

export const ConsumerRequest = Type.Object({
  perSecond: Type.Optional({ ...perSecond, default: 5 }),
  group: Type.Optional(
    Type.Enum([...PLAY_GROUPS], {
      default: PLAY_GROUPS[0],
      description: 'The group to join; a second one reads all again',
    }),
  ),
});
export type ConsumerRequest = Static<typeof ConsumerRequest>;

export const PaceRequest = Type.Object({ perSecond });
export type PaceRequest = Static<typeof PaceRequest>;

export const SendRequest = Type.Object({
  key: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: PLAY_LIMITS.key,
      description: 'Key of all messages. Without it: eight sample keys in turn where `spread` is key, else none',
    }),
  ),
  text: Type.String({
    minLength: 1,
    maxLength: PLAY_LIMITS.text,
    description: 'What the messages say; several are numbered',
  }),
  count: Type.Integer({ minimum: 1, maximum: PLAY_LIMITS.count, description: 'Messages to send' }),
  perSecond: Type.Integer({ minimum: 1, maximum: PLAY_LIMITS.sendPerSecond, description: 'Messages a second' }),
  spread: Type.Enum(['key', 'round-robin'], {
    description: 'key: the key decides on the partition; round-robin: one partition after the other',
  }),
});
export type SendRequest = Static<typeof SendRequest>;

export const SendAnswer = Type.Object({
  status: Type.Literal('success'),
  text: Type.String({ description: 'What happens now, in words' }),
});

export const TopicParams = Type.Object({ topic: Type.String({ description: 'Name of a topic of the lab' }) });
export const MessageParams = Type.Object({
  ...TopicParams.properties,
  partition: Type.String({ description: 'Number of the partition' }),
  offset: Type.String({ description: 'Offset of the message' }),
});
export const ConsumerParams = Type.Object({ id: Type.String({ description: 'Id of the demo consumer' }) });
