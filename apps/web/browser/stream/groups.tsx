/** The groups that read a topic: how far behind they are, and their members, as cards. */
import { PLAYGROUND_TOPIC } from '@cloud-lab/common/topics';
import { formatCount, GROUP_STATES, groupsOf, lagOf, listNumbers } from '../../src/pages/stream/format.ts';
import { memberClass } from '../../src/pages/stream/key-colour.ts';
import type { StreamConsumer, StreamGroup, StreamMember } from '../../src/schemas/stream.ts';
import { PLAY_LIMITS } from '../../src/stream/play-limits.ts';
import { LagChart } from './lag-chart.tsx';
import type { StreamStore } from './store.ts';

/** What one may do with a demo consumer. */
export interface ConsumerActions {
  setPace(id: string, perSecond: number): void;
  stop(id: string): void;
  kill(id: string): void;
}

export interface GroupsOptions {
  store: StreamStore;
  topic: string;
  now: number;
  actions: ConsumerActions;
}

/** All of them. */
export function Groups({ store, topic, now, actions }: GroupsOptions) {
  const { snapshot, lags } = store;
  const groups = groupsOf(snapshot, topic);
  const waiting = topic !== PLAYGROUND_TOPIC ? [] : snapshot.consumers.filter((each) => !isMember(groups, each));
  if (groups.length === 0 && waiting.length === 0) {
    return <p class="empty">No consumer group has read this topic yet.</p>;
  }
  return (
    <>
      {groups.map((group) => (
        <article key={group.group} class="group" aria-label={`Group ${group.group}`}>
          <div class="group-head">
            <h3>{group.group}</h3>
            <span class={group.state === 'rebalancing' ? 'busy' : 'meta'}>
              {group.members.length > 0 && group.state === 'stable'
                ? `${group.members.length === 1 ? '1 member reads' : `${group.members.length} members read`}`
                : GROUP_STATES[group.state]}
            </span>
            <span class="total">
              lag <strong>{formatCount(lagOf(group, topic))}</strong>
            </span>
          </div>
          <LagChart points={lags.get(group.group) ?? []} now={now} />
          <ul class="members">
            {group.members.map((member) => (
              <MemberCard
                key={member.id}
                {...{ member, topic, now, actions }}
                consumer={snapshot.consumers.find(
                  ({ name, group: its }) => name === member.name && its === group.group,
                )}
              />
            ))}
          </ul>
        </article>
      ))}
      {waiting.map(({ name, group }) => (
        <p key={name} class="meta">
          {name} joins {group} …
        </p>
      ))}
    </>
  );
}

const isMember = (groups: readonly StreamGroup[], { group, name }: StreamConsumer): boolean =>
  groups.some((each) => each.group === group && each.members.some((member) => member.name === name));

interface CardOptions {
  member: StreamMember;
  /** Where it was started here. */
  consumer: StreamConsumer | undefined;
  topic: string;
  now: number;
  actions: ConsumerActions;
}

function MemberCard({ member, consumer, topic, now, actions }: CardOptions) {
  const own = member.partitions[topic] ?? [];
  const isKilled = consumer?.state === 'killed';
  const share =
    own.length === 0 ? 'no partition: waits' : `${own.length === 1 ? 'partition' : 'partitions'} ${listNumbers(own)}`;
  return (
    <li class={`member ${memberClass(member.name)} ${isKilled ? 'killed' : ''}`}>
      <p>
        <span class={`chip ${memberClass(member.name)}`}>{member.name}</span>
        <span class="share">{share}</span>
      </p>
      {consumer === undefined && <p class="meta">Started elsewhere, at {member.host}.</p>}
      {consumer !== undefined && !isKilled && <Controls consumer={consumer} actions={actions} />}
      {isKilled && <Countdown noticedAt={consumer.noticedAt ?? ''} name={consumer.name} now={now} />}
    </li>
  );
}

function Controls({ consumer, actions }: { consumer: StreamConsumer; actions: ConsumerActions }) {
  const { id, name, perSecond } = consumer;
  return (
    <>
      <label class="pace">
        <input
          type="range"
          min={1}
          max={PLAY_LIMITS.perSecond}
          value={perSecond}
          aria-label={`Messages a second of ${name}`}
          onChange={(event) => actions.setPace(id, Number(event.currentTarget.value))}
        />
        <span>{perSecond} a second</span>
      </label>
      <p class="acts">
        <button type="button" class="plain" onClick={() => actions.stop(id)} aria-label={`Stop ${name}`}>
          Stop
        </button>
        <button type="button" class="plain danger" onClick={() => actions.kill(id)} aria-label={`Kill ${name}`}>
          Kill
        </button>
      </p>
    </>
  );
}

function Countdown({ noticedAt, name, now }: { noticedAt: string; name: string; now: number }) {
  const left = Math.max(0, Date.parse(noticedAt) - now);
  return (
    <p class="countdown">
      Killed. {left > 0 ? `Its group waits ${Math.ceil(left / 1_000)} s for its heartbeat.` : 'Its group notices now.'}{' '}
      Until then nobody else reads the lanes of {name}.
      <progress max={10_000} value={Math.min(10_000, left)} aria-hidden="true" />
    </p>
  );
}
