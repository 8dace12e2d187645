/** The demo consumers of this process: how many there may be, and when they end by themselves. */
import { HttpError, UnavailableError } from '../errors.ts';
import { SHARE_OF_ADDRESS } from '../limits/table.ts';
import type { ConsumerRequest, StreamConsumer } from '../schemas/stream.ts';
import type { ActivityLog } from './activity-log.ts';
import type { ConsumerNews, DemoConsumer } from './demo-consumer.ts';
import { PLAY_GROUPS, PLAY_LIMITS } from './play-limits.ts';

/** Makes a consumer; its `start` is called next. */
export type CreateConsumer = (
  options: Pick<DemoConsumer, 'name' | 'group' | 'perSecond' | 'endsAt'> & { onNews: (news: ConsumerNews) => void },
) => Pick<
  DemoConsumer,
  'name' | 'group' | 'endsAt' | 'perSecond' | 'state' | 'noticedAt' | 'setPace' | 'start' | 'stop' | 'kill'
>;

type Played = ReturnType<CreateConsumer>;

export interface DemoConsumersOptions {
  create: CreateConsumer;
  activity: ActivityLog;
  /** Something of a consumer has changed: look at Kafka. */
  onChange: () => void;
  /** A member of this group tells how its rebalance goes. */
  onRebalance: (group: string, news: ConsumerNews) => void;
  /** How long one lives at most, in milliseconds (10 minutes). */
  lifeMs?: number;
  /** After which they end when nobody looks, in milliseconds (2 minutes). */
  unwatchedMs?: number;
}

interface Entry {
  consumer: Played;
  /** Address that started it: no other one may change it. */
  owner: string;
  timer: NodeJS.Timeout;
  killedAt?: number;
}

const LIFE_MS = 10 * 60_000;
const UNWATCHED_MS = 2 * 60_000;
const DEFAULT_PACE = 5;
/** Beyond the session of a killed one: the next look at the group tells better than a clock. */
const NOTICE_MS = 3_000;

export class DemoConsumers {
  readonly #options: DemoConsumersOptions;
  readonly #entries = new Map<string, Entry>();
  #unwatched: NodeJS.Timeout | undefined;

  constructor(options: DemoConsumersOptions) {
    this.#options = options;
  }

  /** By name. */
  list(): StreamConsumer[] {
    return [...this.#entries.values()].map(({ consumer }) => show(consumer)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Names of killed members of a group -> seconds since then. */
  killed(group: string): Map<string, number> {
    const killed = [...this.#entries.values()].filter(({ consumer }) => consumer.group === group);
    return new Map(
      killed.flatMap(({ consumer, killedAt }) =>
        killedAt === undefined ? [] : [[consumer.name, (Date.now() - killedAt) / 1_000] as const],
      ),
    );
  }

  /**
   * Starts one that belongs to an address, and resolves when it is in its group.
   * @throws HttpError 409 when there are enough, 503 without Kafka
   */
  async start(
    { perSecond = DEFAULT_PACE, group = PLAY_GROUPS[0] }: ConsumerRequest,
    owner: string,
  ): Promise<StreamConsumer> {
    const { create, activity, lifeMs = LIFE_MS } = this.#options;
    this.#refuseTooMany(owner);
    const name = this.#freeName();
    const endsAt = new Date(Date.now() + lifeMs);
    const consumer = create({ name, group, perSecond, endsAt, onNews: (news) => this.#hear(name, news) });
    const timer = setTimeout(() => {
      activity.add('consumer', `${name} was stopped: its ${Math.round(lifeMs / 60_000)} minutes are over.`);
      void consumer.stop();
    }, lifeMs).unref();
    this.#entries.set(name, { consumer, owner, timer });
    try {
      await consumer.start();
    } catch (cause) {
      this.#forget(name);
      void consumer.stop();
      throw new UnavailableError('Kafka does not take a new consumer right now. Try again soon.', cause);
    }
    return show(consumer);
  }

  /** @throws HttpError 403, 404, 409 */
  setPace(id: string, perSecond: number, owner: string): StreamConsumer {
    const { consumer, killedAt } = this.#find(id, owner);
    if (killedAt !== undefined) throw new HttpError(409, `${id} was killed: its pace cannot be changed any more.`);
    consumer.setPace(perSecond);
    return show(consumer);
  }

  /** Resolves when it has left its group. @throws HttpError 403, 404, 409 */
  async stop(id: string, owner: string): Promise<void> {
    const { consumer, killedAt } = this.#find(id, owner);
    if (killedAt !== undefined) throw new HttpError(409, `${id} was killed already. The group will notice soon.`);
    await consumer.stop();
  }

  /** Cuts its connection. @throws HttpError 403, 404, 409 */
  kill(id: string, owner: string): void {
    const entry = this.#find(id, owner);
    if (entry.killedAt !== undefined) throw new HttpError(409, `${id} was killed already. The group will notice soon.`);
    entry.killedAt = Date.now();
    clearTimeout(entry.timer);
    entry.consumer.kill();
    const waitMs = Math.max(0, entry.consumer.noticedAt.getTime() - Date.now());
    entry.timer = setTimeout(() => this.#forget(id, entry), waitMs + NOTICE_MS).unref();
    this.#options.activity.add(
      'killed',
      `${id} was killed: it said nothing to its group, which waits for its next heartbeat for ${Math.ceil(waitMs / 1_000)} s.`,
    );
  }

  /** Told which names a group still has: killed ones that it has given up are forgotten. */
  settle(group: string, names: ReadonlySet<string>): void {
    for (const [name, entry] of this.#entries) {
      if (entry.consumer.group === group && entry.killedAt !== undefined && !names.has(name)) this.#forget(name, entry);
    }
  }

  /** Told whether somebody looks: nobody starts these only to forget them. */
  setWatched(isWatched: boolean): void {
    clearTimeout(this.#unwatched);
    this.#unwatched = undefined;
    if (isWatched) return;
    this.#unwatched = setTimeout(() => {
      if (this.#entries.size > 0)
        this.#options.activity.add('consumer', 'All consumers were stopped, as nobody looked.');
      void this.stopAll();
    }, this.#options.unwatchedMs ?? UNWATCHED_MS).unref();
  }

  async stopAll(): Promise<void> {
    clearTimeout(this.#unwatched);
    const all = [...this.#entries.entries()];
    for (const [name, entry] of all) if (entry.killedAt !== undefined) this.#forget(name, entry);
    await Promise.all(all.map(([, { consumer, killedAt }]) => (killedAt === undefined ? consumer.stop() : undefined)));
  }

  #freeName(): string {
    for (let number = 1; ; number += 1) {
      const name = `consumer-${number}`;
      if (!this.#entries.has(name)) return name;
    }
  }

  #refuseTooMany(owner: string): void {
    const alive = [...this.#entries.values()].filter(({ killedAt }) => killedAt === undefined);
    const own = alive.filter((entry) => entry.owner === owner);
    if (own.length >= PLAY_LIMITS.consumers * SHARE_OF_ADDRESS) {
      throw new HttpError(409, `Your address has ${own.length} consumers running. Stop one of them first.`);
    }
    if (alive.length >= PLAY_LIMITS.consumers) {
      throw new HttpError(409, `${alive.length} consumers are running already. Wait until one of them has ended.`);
    }
  }

  #find(id: string, owner: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new HttpError(404, `There is no consumer ${id} here. It may have ended by itself.`);
    if (entry.owner === owner) return entry;
    throw new HttpError(403, `${id} was started from another address. Start a consumer of your own.`);
  }

  #hear(name: string, news: ConsumerNews): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    if (news.kind === 'joined' || news.kind === 'rebalancing') this.#options.onRebalance(entry.consumer.group, news);
    if (news.kind === 'ended') {
      if (news.problem !== undefined) this.#options.activity.add('consumer', `${name} has ended: ${news.problem}.`);
      this.#forget(name, entry);
    }
    this.#options.onChange();
  }

  #forget(name: string, entry = this.#entries.get(name)): void {
    clearTimeout(entry?.timer);
    if (this.#entries.get(name) !== entry) return;
    this.#entries.delete(name);
    this.#options.onChange();
  }
}

const show = (consumer: Played): StreamConsumer => ({
  id: consumer.name,
  name: consumer.name,
  group: consumer.group,
  perSecond: consumer.perSecond,
  state: consumer.state,
  endsAt: consumer.endsAt.toISOString(),
  noticedAt: consumer.state === 'killed' ? consumer.noticedAt.toISOString() : null,
});
