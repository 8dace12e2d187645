/** The numbers of the stream as tables: of topics, of partitions and groups, of messages. */
import type { StreamGroup, StreamMessage, StreamSnapshot, StreamTopic } from '../../schemas/stream.ts';
import { type Html, html } from '../html.ts';
import { count, formatCount, GROUP_STATES, groupsOf, lagOf, messagesOf, ownerOf } from './format.ts';
import { keyClass } from './key-colour.ts';

/** The address of a topic's page. */
export const topicAddress = (topic: string, playground: string): string =>
  topic === playground ? '/stream' : `/stream/${encodeURIComponent(topic)}`;

/** All topics, with the lag of their groups. */
export function topicTable(snapshot: StreamSnapshot, here: string, playground: string): Html {
  if (snapshot.topics.length === 0) return html`<p class="empty">No topics are known yet.</p>`;
  const rows = snapshot.topics.map((topic) => {
    const groups = groupsOf(snapshot, topic.topic);
    const link = html`<a href="${topicAddress(topic.topic, playground)}"${topic.topic === here ? html` aria-current="page"` : ''}>${topic.topic}</a>`;
    const lags = groups.map(
      ({ group, ...rest }) => html`<span>${group}: ${formatCount(lagOf({ group, ...rest }, topic.topic))}</span> `,
    );
    return html`<tr data-key="${topic.topic}"><th scope="row">${link}<span class="meta">${topic.purpose}</span></th><td class="number">${topic.partitions.length}</td><td class="number">${formatCount(messagesOf(topic))}</td><td class="lags">${lags.length === 0 ? html`<span class="meta">no groups</span>` : lags}</td></tr>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Topics of the lab"><table class="topics"><thead><tr><th scope="col">Topic</th><th scope="col" class="number">Partitions</th><th scope="col" class="number">Messages kept</th><th scope="col">Lag of its groups</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** A topic in numbers: its partitions, and where each group stands in them. */
export function partitionTable(snapshot: StreamSnapshot, topic: StreamTopic): Html {
  const groups = groupsOf(snapshot, topic.topic);
  const brokers = count(snapshot.brokers.length, 'broker');
  const rows = topic.partitions.map(
    ({ partition, leader, replicas, inSync, oldest, next }) =>
      html`<tr data-key="${partition}"><th scope="row">${partition}</th><td class="number">${formatCount(oldest)}</td><td class="number">${formatCount(next)}</td><td>${leader === null ? html`<span class="bad">none</span>` : `broker ${leader}`}</td><td class="${inSync.length < replicas.length ? 'number bad' : 'number'}">${inSync.length} of ${replicas.length}</td>${groups.map((group) => positionCell(group, topic.topic, partition))}</tr>`,
  );
  const heads = groups.map(
    (group) => html`<th scope="col">${group.group}<span class="meta">${GROUP_STATES[group.state]}</span></th>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="The partitions in numbers"><table class="partitions"><thead><tr><th scope="col">Partition</th><th scope="col" class="number">Oldest offset</th><th scope="col" class="number">Next offset</th><th scope="col">Leader</th><th scope="col" class="number">Copies in sync</th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>
<p class="meta">${brokers}${groups.length === 0 ? '; no consumer group has read this topic yet' : ''}${snapshot.moreGroups === 0 ? '' : `; ${count(snapshot.moreGroups, 'more group')} not shown`}.</p>`;
}

function positionCell(group: StreamGroup, topic: string, partition: number): Html {
  const position = group.positions.find((each) => each.topic === topic && each.partition === partition);
  if (position === undefined) return html`<td><span class="meta">nothing yet</span></td>`;
  const owner = ownerOf(group, topic, partition)?.name;
  const place =
    position.committed === null
      ? html`<span class="meta">nothing committed</span>`
      : html`at ${formatCount(position.committed)}, lag <strong>${formatCount(position.lag ?? 0)}</strong>`;
  return html`<td>${place}${owner === undefined ? '' : html`<span class="meta">${owner}</span>`}</td>`;
}

const utcClock = (time: string): string => time.slice(11, 19);

/** Messages, newest first; `clock` makes a time of day of a time (UTC without it). */
export function messageTable(messages: readonly StreamMessage[], clock = utcClock): Html {
  if (messages.length === 0) return html`<p class="empty">No message yet.</p>`;
  const rows = messages.map(
    ({ partition, offset, time, key, value, bytes }) =>
      html`<tr data-key="${partition}/${offset}"><td class="number"><time>${clock(time)}</time></td><td class="number">${partition}</td><td class="number">${formatCount(offset)}</td><td>${key === null ? html`<span class="meta">none</span>` : html`<span class="key ${keyClass(key)}">${key}</span>`}</td><td class="value">${value === null ? html`<span class="meta">none</span>` : value}${value !== null && isCut(value, bytes) ? html`<span class="meta"> … ${count(bytes, 'byte')} in all</span>` : ''}</td></tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Last messages"><table class="messages"><thead><tr><th scope="col" class="number">Time</th><th scope="col" class="number">Partition</th><th scope="col" class="number">Offset</th><th scope="col">Key</th><th scope="col">Value</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** Whether there is more of a value than is shown: an escape is longer than its byte, a character may be shorter. */
export const isCut = (value: string, bytes: number): boolean => value.length >= 199 && bytes > 199;
