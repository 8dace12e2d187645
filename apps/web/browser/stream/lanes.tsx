/** The partitions of a topic as lanes: messages flow in from the right, groups follow from the left. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { count, formatCount, groupsOf, ownerOf } from '../../src/pages/stream/format.ts';
import { keyClass, memberClass } from '../../src/pages/stream/key-colour.ts';
import type { StreamGroup, StreamMessage, StreamPartition, StreamSnapshot } from '../../src/schemas/stream.ts';
import { type Lane, rateOf, type StreamStore } from './store.ts';

export interface LanesOptions {
  store: StreamStore;
  topic: string;
  now: number;
  onOpen: (message: StreamMessage) => void;
}

/** Pixels that a block takes, with the gap after it. */
const SLOT = 46;
/** Groups that have a line of their own under each lane. */
const GROUPS_SHOWN = 3;
/** Messages a second above which a lane says so. */
const FAST = 20;

/** All lanes; each is as wide as there is room. */
export function Lanes({ store, topic, now, onOpen }: LanesOptions) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const { snapshot, lanes } = store;
  const partitions = snapshot.topics.find((each) => each.topic === topic)?.partitions ?? [];
  const groups = groupsOf(snapshot, topic);

  useLayoutEffect(() => {
    const track = place.current?.querySelector('.track');
    if (track === null || track === undefined) return;
    const watch = new ResizeObserver(() => setWidth(track.clientWidth));
    watch.observe(track);
    return () => watch.disconnect();
  }, [partitions.length > 0]);

  if (partitions.length === 0) return <p class="empty">Waiting for Kafka …</p>;
  return (
    <div ref={place} class="lanes">
      {partitions.map((partition) => (
        <LaneRow
          key={partition.partition}
          {...{ topic, partition, width, now, onOpen, snapshot }}
          lane={lanes.get(partition.partition)}
          groups={groups}
        />
      ))}
      <p class="meta lane-legend">
        The newest message is at the right; the dotted place waits for the next one.
        {groups.length > 0 && ` ▲ is where a group goes on; what ${groups[0]?.group} has handled is dashed.`}
      </p>
      {groups.length > GROUPS_SHOWN && (
        <p class="meta">{count(groups.length - GROUPS_SHOWN, 'more group')}: see the numbers below.</p>
      )}
    </div>
  );
}

interface LaneRowOptions extends Omit<LanesOptions, 'store'> {
  snapshot: StreamSnapshot;
  partition: StreamPartition;
  lane: Lane | undefined;
  groups: StreamGroup[];
  width: number;
}

function LaneRow({ topic, partition, lane, groups, width, now, onOpen, snapshot }: LaneRowOptions) {
  const number = partition.partition;
  const next = Math.max(partition.next, lane?.next ?? 0);
  const rate = lane === undefined ? 0 : rateOf(lane, now);
  const slots = Math.floor(width / SLOT);
  const shown = (lane?.messages ?? []).filter(({ offset }) => offset > next - slots);
  const first = groups[0];
  const handled = first?.positions.find((each) => each.topic === topic && each.partition === number)?.committed ?? 0;
  return (
    <section class="lane" aria-label={`Partition ${number}`}>
      <p class="lane-name">
        <strong>Partition {number}</strong>
        <span class="meta">
          {rate > FAST ? `${formatCount(Math.round(rate))} a second` : count(next - partition.oldest, 'message')}
        </span>
      </p>
      <div class="track">
        {shown.map((message, index) => (
          <Block
            key={message.offset}
            message={message}
            x={width - (next - message.offset + 1) * SLOT}
            isHandled={message.offset < handled}
            isReachable={index === shown.length - 1}
            onOpen={onOpen}
          />
        ))}
        <span
          class="next"
          style={{ transform: `translateX(${width - SLOT}px)` }}
          title="The next message gets this offset"
        >
          <span class="hidden">Next offset: </span>
          {formatCount(next)}
        </span>
      </div>
      {groups.slice(0, GROUPS_SHOWN).map((group) => (
        <Marker key={group.group} {...{ group, topic, number, next, width, snapshot }} />
      ))}
    </section>
  );
}

interface BlockOptions {
  message: StreamMessage;
  x: number;
  isHandled: boolean;
  /** Whether the tabulator stops here: at one of each lane; arrows lead to the others. */
  isReachable: boolean;
  onOpen: (message: StreamMessage) => void;
}

function Block({ message, x, isHandled, isReachable, onOpen }: BlockOptions) {
  const { offset, key } = message;
  const name = `Message ${offset}, ${key === null ? 'without a key' : `key ${key}`}`;
  return (
    <button
      type="button"
      class={`block ${keyClass(key)} ${isHandled ? 'handled' : ''}`}
      style={{ transform: `translateX(${x}px)` }}
      tabIndex={isReachable ? 0 : -1}
      aria-label={name}
      title={name}
      onClick={() => onOpen(message)}
      onKeyDown={moveFocus}
    >
      <span class="inner">
        <b>{offset}</b>
        <small>{key ?? '–'}</small>
      </span>
    </button>
  );
}

/** Arrows lead from block to block of a lane. */
function moveFocus(event: KeyboardEvent): void {
  const { currentTarget: block } = event;
  if (!(block instanceof HTMLElement)) return;
  const step = { ArrowLeft: block.previousElementSibling, ArrowRight: block.nextElementSibling }[event.key];
  if (!(step instanceof HTMLElement) || !step.matches('.block')) return;
  event.preventDefault();
  step.focus({ preventScroll: true });
}

interface MarkerOptions {
  group: StreamGroup;
  topic: string;
  number: number;
  next: number;
  width: number;
  snapshot: StreamSnapshot;
}

/** Where a group stands in a lane: a mark at the message that comes next, and a line from there to the end. */
function Marker({ group, topic, number, next, width, snapshot }: MarkerOptions) {
  const position = group.positions.find((each) => each.topic === topic && each.partition === number);
  const owner = ownerOf(group, topic, number);
  const isKilled = snapshot.consumers.some(({ name, state }) => name === owner?.name && state === 'killed');
  const lag = position?.lag === null || position?.lag === undefined ? undefined : Math.min(position.lag, next);
  const end = width - SLOT;
  const at = Math.max(0, end - (lag ?? 0) * SLOT);
  const isFar = lag !== undefined && lag * SLOT > end;
  return (
    <>
      <p class="reader">
        {owner === undefined ? (
          <span class="meta">nobody reads</span>
        ) : (
          <span class={`chip ${memberClass(owner.name)} ${isKilled ? 'killed' : ''}`}>{owner.name}</span>
        )}
        <span class="meta">{group.group}</span>
      </p>
      <div class={`follow ${owner === undefined ? 'm-none' : memberClass(owner.name)} ${isKilled ? 'killed' : ''}`}>
        {lag !== undefined && (
          <>
            <span class="line" style={{ transform: `translateX(${at}px) scaleX(${Math.max(0, end - at)})` }} />
            <span class={isFar ? 'mark far' : 'mark'} style={{ transform: `translateX(${at}px)` }} />
            <span class={lag === 0 ? 'lag none' : 'lag'} style={{ transform: `translateX(${labelPlace(at, end)}px)` }}>
              lag {formatCount(lag)}
            </span>
          </>
        )}
        {lag === undefined && <span class="lag none">nothing committed yet</span>}
      </div>
    </>
  );
}

/** Right of the mark, under its line; left of it where the lane ends. */
const labelPlace = (at: number, end: number): number => (end - at < 60 ? Math.max(10, at - 62) : at + 10);
