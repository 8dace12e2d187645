/** How the runners share the partitions of the queue: evenly, and each keeps those whose jobs it is running. */

/** What a runner says of itself when the group forms anew. */
export interface Claim {
  memberId: string;
  /** The partitions of the jobs that it runs now: it keeps them, unless another claims the same. */
  busy: readonly number[];
  /** What it had before. */
  owned: readonly number[];
}

interface Share {
  claim: Claim;
  partitions: number[];
  /** How many it shall have. */
  size: number;
}

/** Shares out `partitions`: as evenly as the busy ones allow, and as little as possible moves. */
export function sharePartitions(partitions: readonly number[], claims: readonly Claim[]): Map<string, number[]> {
  const free = new Set(partitions);
  const take = (wanted: readonly number[]) => wanted.filter((partition) => free.delete(partition));
  const shares = [...claims]
    .sort((a, b) => (a.memberId < b.memberId ? -1 : 1))
    .map((claim): Share => ({ claim, partitions: take(claim.busy), size: 0 }));

  measureShares(shares, free);
  for (const share of shares) {
    const kept = share.claim.owned.filter((partition) => free.has(partition));
    share.partitions.push(...take(kept.slice(0, share.size - share.partitions.length)));
  }
  for (const share of shares) {
    share.partitions.push(...take([...free].slice(0, share.size - share.partitions.length)));
  }
  return new Map(shares.map((share) => [share.claim.memberId, share.partitions.sort((a, b) => a - b)]));
}

/** Gives each share its size: one more for the smallest, again and again; of equal ones, for whom has most to keep. */
function measureShares(shares: Share[], free: ReadonlySet<number>): void {
  const growing = shares.map((share) => ({
    share,
    spare: new Set(share.claim.owned.filter((partition) => free.has(partition))).size,
  }));
  for (const { share } of growing) share.size = share.partitions.length;
  for (let left = free.size; left > 0; left -= 1) {
    growing.sort((a, b) => a.share.size - b.share.size || b.spare - a.spare);
    const smallest = growing[0];
    if (smallest === undefined) return;
    smallest.share.size += 1;
    smallest.spare -= 1;
  }
}
