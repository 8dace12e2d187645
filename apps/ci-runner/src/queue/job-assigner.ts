/** How the runners share the partitions of the queue: evenly, and a runner keeps the one whose job it is running. */
import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

/** What a runner says of itself when the group forms anew. */
export interface Claim {
  memberId: string;
  /** The partition of the job that it runs now. */
  busy: number | null;
  /** What it had before. */
  owned: readonly number[];
}

/** Shares out `partitions`: no two runners differ by more than one, and as little as possible moves. */
export function sharePartitions(partitions: readonly number[], claims: readonly Claim[]): Map<string, number[]> {
  const members = [...claims].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const shares = members.map((claim) => ({ claim, partitions: [] as number[] }));
  const free = new Set(partitions);
  const most = Math.ceil(partitions.length / members.length);

  for (const { claim, partitions: share } of shares) {
    if (claim.busy !== null && free.delete(claim.busy)) share.push(claim.busy);
  }
  for (const { claim, partitions: share } of shares) {
    for (const partition of claim.owned) if (share.length < most && free.delete(partition)) share.push(partition);
  }
  const bySize = () => [...shares].sort((a, b) => a.partitions.length - b.partitions.length);
  for (const partition of free) bySize()[0]?.partitions.push(partition);
  for (;;) {
    const sorted = bySize();
    const least = sorted[0];
    const fullest = sorted.at(-1);
    if (least === undefined || fullest === undefined) break;
    if (fullest.partitions.length - least.partitions.length <= 1) break;
    const moved = fullest.partitions.findLastIndex((partition) => partition !== fullest.claim.busy);
    least.partitions.push(...fullest.partitions.splice(moved, 1));
  }
  return new Map(shares.map(({ claim, partitions: share }) => [claim.memberId, share.sort((a, b) => a - b)]));
}

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => Number.isInteger(item));

function readClaim(memberId: string, metadata: Buffer): Claim {
  const nothing: Claim = { memberId, busy: null, owned: [] };
  try {
    const said: unknown = JSON.parse(AssignerProtocol.MemberMetadata.decode(metadata)?.userData.toString('utf8') ?? '');
    if (typeof said !== 'object' || said === null) return nothing;
    return {
      memberId,
      busy: 'busy' in said && typeof said.busy === 'number' ? said.busy : null,
      owned: 'owned' in said && isNumbers(said.owned) ? said.owned : [],
    };
  } catch {
    // A member that says nothing of itself still gets its share.
    return nothing;
  }
}

/** The assigner of one runner; `current` says what it has and does at the moment it is asked. */
export function createJobAssigner(current: () => Omit<Claim, 'memberId'>): PartitionAssigner {
  const name = 'lab-jobs';
  return ({ cluster }) => ({
    name,
    version: 1,
    protocol: ({ topics }) => ({
      name,
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: 1,
        topics,
        userData: Buffer.from(JSON.stringify(current())),
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
