/** Notices when a group has shared its partitions anew, and how long that took. */
import type { StreamGroup } from '../schemas/stream.ts';
import { describeRebalance } from './describe-rebalance.ts';

interface Clock {
  begun: number;
  ended: number;
}

/** After a pause in the looking, what happened meanwhile is no news. */
const PAUSE_MS = 10_000;

export class RebalanceWatch {
  /** Each group as it was when it was last at rest. */
  readonly #settled = new Map<string, StreamGroup>();
  readonly #clocks = new Map<string, Clock>();
  #lookedAt = Number.NEGATIVE_INFINITY;

  /** A member has heard that its group shares anew. */
  noteBegin(group: string, at = Date.now()): void {
    const clock = this.#clocks.get(group);
    this.#clocks.set(group, { begun: Math.min(at, clock?.begun ?? at), ended: clock?.ended ?? 0 });
  }

  /** A member is in its group again. */
  noteJoined(group: string, tookMs: number, at = Date.now()): void {
    const clock = this.#clocks.get(group);
    this.#clocks.set(group, { begun: Math.min(at - tookMs, clock?.begun ?? at), ended: at });
  }

  /** What the groups that are at rest now have been through, in words; `killed`: who of a group was killed, and when. */
  look(
    groups: readonly StreamGroup[],
    killed: (group: string) => ReadonlyMap<string, number>,
    now = Date.now(),
  ): string[] {
    const isFirst = now - this.#lookedAt > PAUSE_MS;
    this.#lookedAt = now;
    if (isFirst) this.#settled.clear();
    return groups.flatMap((after) => {
      if (after.state === 'rebalancing' || after.state === 'hidden') return [];
      const before = this.#settled.get(after.group) ?? { ...after, members: isFirst ? after.members : [] };
      this.#settled.set(after.group, after);
      const text = describeRebalance({ before, after, tookMs: this.#peek(after.group), killed: killed(after.group) });
      if (text === undefined) return [];
      this.#clocks.delete(after.group);
      return [text];
    });
  }

  #peek(group: string): number | undefined {
    const clock = this.#clocks.get(group);
    return clock === undefined || clock.ended < clock.begun ? undefined : clock.ended - clock.begun;
  }
}
