/** Pieces of Kafka for tests of the stream. */
import fc from 'fast-check';
import type { StreamGroup, StreamMember, StreamSnapshot } from '../../../../apps/web/src/schemas/stream.ts';
import type { KeptMessage } from '../../../../apps/web/src/stream/show-message.ts';

/** A member that reads these partitions of the playground. */
export const member = (name: string, ...partitions: number[]): StreamMember => ({
  id: `${name}-id`,
  name,
  host: '127.0.0.1',
  partitions: partitions.length === 0 ? {} : { playground: partitions },
});

/** A group at rest with these members. */
export const groupOf = (...members: StreamMember[]): StreamGroup => ({
  group: 'playground',
  state: members.length === 0 ? 'empty' : 'stable',
  members,
  positions: [],
  lag: 0,
});

/** Messages with the offsets from `from` on. */
export const messagesFrom = (from: number, count: number, partition = 0): KeptMessage[] =>
  Array.from({ length: count }, (_, index) => ({
    partition,
    offset: from + index,
    time: new Date(1_000 * (from + index)).toISOString(),
    key: null,
    value: `v${from + index}`,
    bytes: 2,
    whole: `v${from + index}`,
  }));

const small = fc.integer({ min: 0, max: 9 });

/** Any snapshot, of few names so that two of them have some in common. */
export const anySnapshot: fc.Arbitrary<StreamSnapshot> = fc.record({
  problem: fc.option(fc.constantFrom<string[]>('away', 'slow')),
  brokers: fc.array(fc.record({ id: small, address: fc.constant<string>('kafka-1:9092') }), { maxLength: 2 }),
  topics: fc.constant<string[]>(['chat', 'playground']).chain((topics) =>
    fc.tuple(
      ...topics.map((topic) =>
        fc.record({
          topic: fc.constant<string>(topic),
          purpose: fc.constant<string>('to try'),
          partitions: fc.array(
            fc.record({
              partition: small,
              leader: fc.option(small),
              replicas: fc.constant<number[]>([1]),
              inSync: fc.constant<number[]>([1]),
              oldest: small,
              next: small,
            }),
            { maxLength: 3 },
          ),
        }),
      ),
    ),
  ),
  groups: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd')).chain((names) =>
    fc.tuple(
      ...names.sort().map((group) =>
        fc.record({
          group: fc.constant<string>(group),
          state: fc.constantFrom('stable' as const, 'empty' as const),
          members: fc.constant<StreamMember[]>([]),
          positions: fc.constant<StreamGroup['positions']>([]),
          lag: small,
        }),
      ),
    ),
  ),
  moreGroups: small,
  consumers: fc.constant<StreamSnapshot['consumers']>([]),
  sending: fc.option(fc.record({ count: small, sent: small, perSecond: small })),
});
