/** Lets the runners share the queue in their own way: tells the group what this one runs, and shares out when it leads. */
import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';
import { type Claim, sharePartitions } from './share-partitions.ts';

const NAME = 'lab-jobs';

const readNumbers = (value: unknown): number[] =>
  Array.isArray(value) && value.every((item) => Number.isInteger(item)) ? value : [];

/** Reads what a member says of itself; one that says nothing still gets its share. */
export function readClaim(memberId: string, metadata: Buffer): Claim {
  try {
    const said: unknown = JSON.parse(AssignerProtocol.MemberMetadata.decode(metadata)?.userData.toString('utf8') ?? '');
    if (typeof said === 'object' && said !== null) {
      return {
        memberId,
        busy: readNumbers('busy' in said ? said.busy : null),
        owned: readNumbers('owned' in said ? said.owned : null),
      };
    }
  } catch {
    // As one that says nothing.
  }
  return { memberId, busy: [], owned: [] };
}

/** The assigner of one runner. `claim` is asked each time that it joins the group: what it runs and has at that moment. */
export function createJobAssigner(claim: () => Omit<Claim, 'memberId'>): PartitionAssigner {
  return ({ cluster }) => ({
    name: NAME,
    version: 1,
    protocol: ({ topics }) => ({
      name: NAME,
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: 1,
        topics,
        userData: Buffer.from(JSON.stringify(claim())),
      }),
    }),
    assign: async ({ members, topics }) => {
      const claims = members.map(({ memberId, memberMetadata }) => readClaim(memberId, memberMetadata));
      const shares = topics.map((topic) => {
        const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
        return { topic, shares: sharePartitions(partitions, claims) };
      });
      return members.map(({ memberId }) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 1,
          assignment: Object.fromEntries(shares.map(({ topic, shares }) => [topic, shares.get(memberId) ?? []])),
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
}
