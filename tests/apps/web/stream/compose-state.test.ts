/** What brokers answer becomes topics and groups: offsets, lag, who reads what. */
import fc from 'fast-check';
import { AssignerProtocol } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { composeGroup, composeTopics, decodeAssignment } from '../../../../apps/web/src/stream/compose-state.ts';

const assign = (assignment: Record<string, number[]>): Buffer =>
  AssignerProtocol.MemberAssignment.encode({ version: 0, assignment, userData: Buffer.alloc(0) });

const metadata = [
  {
    name: 'playground',
    partitions: [
      { partitionErrorCode: 0, partitionId: 1, leader: -1, replicas: [1, 2], isr: [2] },
      { partitionErrorCode: 0, partitionId: 0, leader: 1, replicas: [1, 2], isr: [1, 2] },
    ],
  },
  { name: 'of-somebody-else', partitions: [] },
];
const ends = new Map([
  [
    'playground',
    [
      { partition: 0, low: '3', high: '10' },
      { partition: 1, low: '0', high: '4' },
    ],
  ],
]);
const topics = composeTopics(metadata, ends);
const describedMember = (name: string, memberAssignment: Buffer) => ({
  memberId: `${name}-1`,
  clientId: name,
  clientHost: '/10.0.0.7',
  memberMetadata: Buffer.alloc(0),
  memberAssignment,
});

describe('the topics', () => {
  it('are those of the lab, each with its partitions in order', () => {
    expect(topics.map(({ topic }) => topic)).toEqual(['playground']);
    expect(topics[0]?.partitions).toEqual([
      { partition: 0, leader: 1, replicas: [1, 2], inSync: [1, 2], oldest: 3, next: 10 },
      { partition: 1, leader: null, replicas: [1, 2], inSync: [2], oldest: 0, next: 4 },
    ]);
  });
});

describe('an assignment', () => {
  it('is read as it was written', () => {
    const assignments = fc.dictionary(
      fc.stringMatching(/^[a-z.]{1,9}$/),
      fc.uniqueArray(fc.nat({ max: 99 }), { minLength: 1, maxLength: 6 }).map((all) => all.sort((a, b) => a - b)),
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(assignments, (assignment) => {
        expect(decodeAssignment(assign(assignment))).toEqual(assignment);
      }),
    );
  });

  it('is none for bytes that are none', () => {
    expect(decodeAssignment(Buffer.alloc(0))).toEqual({});
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3 }), (bytes) => {
        expect(decodeAssignment(Buffer.from(bytes))).toEqual({});
      }),
    );
  });
});

describe('a group', () => {
  it('has the lag of what it has committed, and its members by name', () => {
    const members = [
      describedMember('b', assign({ playground: [1] })),
      describedMember('a', assign({ playground: [0] })),
    ];
    const committed = [
      {
        topic: 'playground',
        partitions: [
          { partition: 0, offset: '4' },
          { partition: 1, offset: '-1' },
        ],
      },
    ];
    expect(composeGroup({ groupId: 'g', state: 'Stable', members }, committed, topics)).toEqual({
      group: 'g',
      state: 'stable',
      members: [
        { id: 'a-1', name: 'a', host: '10.0.0.7', partitions: { playground: [0] } },
        { id: 'b-1', name: 'b', host: '10.0.0.7', partitions: { playground: [1] } },
      ],
      positions: [
        { topic: 'playground', partition: 0, committed: 4, lag: 6 },
        { topic: 'playground', partition: 1, committed: null, lag: null },
      ],
      lag: 6,
    });
  });

  it('never has a lag below 0, and one in all that is the sum', () => {
    fc.assert(
      fc.property(fc.nat({ max: 20 }), fc.nat({ max: 20 }), (one, two) => {
        const committed = [
          {
            topic: 'playground',
            partitions: [
              { partition: 0, offset: `${one}` },
              { partition: 1, offset: `${two}` },
            ],
          },
        ];
        const { lag } = composeGroup({ groupId: 'g', state: 'Empty', members: [] }, committed, topics);
        expect(lag).toBe(Math.max(0, 10 - one) + Math.max(0, 4 - two));
      }),
    );
  });

  it('that uses a newer protocol is there, with its members hidden', () => {
    const group = composeGroup({ groupId: 'g', state: 'Dead', members: [] }, [], topics);
    expect(group).toMatchObject({ state: 'hidden', members: [] });
    expect(composeGroup({ groupId: 'g', state: 'PreparingRebalance', members: [] }, [], topics).state).toBe(
      'rebalancing',
    );
  });
});
