/** Experiments for the playground, in the order in which they build on each other, and its words. */
import { type Html, html } from '../html.ts';

interface Lesson {
  id: string;
  title: string;
  /** What to do, and what to look at. */
  text: Html;
}

const LESSONS: readonly Lesson[] = [
  {
    id: 'key',
    title: 'Same key, same lane',
    text: html`Send 5 messages with the key <code>apple</code>, then 5 with another key. Each key has its colour, and stays in its lane: there its messages keep their order.`,
  },
  {
    id: 'no-key',
    title: 'No key, every lane',
    text: html`Choose “No key” and send 8 messages. They take the lanes in turn: the work is spread evenly, but there is no order across lanes.`,
  },
  {
    id: 'share',
    title: 'Two consumers share four lanes',
    text: html`Start one consumer: it reads all four lanes. Start a second one: each lane still has one reader, two lanes each.`,
  },
  {
    id: 'idle',
    title: 'A fifth has nothing to do',
    text: html`Start consumers until there are five. A lane has one reader in a group at most, so with four lanes one of the five waits.`,
  },
  {
    id: 'stop',
    title: 'Stop one: the others take over',
    text: html`Stop a consumer that has a lane. It says goodbye, so its group shares the lanes anew at once; see how long that took under “What happened”.`,
  },
  {
    id: 'kill',
    title: 'Kill one: the group waits',
    text: html`Kill a consumer that has a lane, while messages come. It says nothing, so its lane stands still until its session times out; then another one goes on where it had committed. Nothing is lost.`,
  },
  {
    id: 'lag',
    title: 'Too slow: lag',
    text: html`Keep one consumer, at 1 a second, and send 100 messages at 10 a second: the lag grows. Make it faster, or start more, and watch the lag go.`,
  },
  {
    id: 'again',
    title: 'A second group reads all of it again',
    text: html`Start a consumer in <code>playground-2</code>. A group has offsets of its own: it begins with the oldest message, and takes nothing away from the first group. (A group that has read before goes on where it was.)`,
  },
  {
    id: 'terminal',
    title: 'From your terminal',
    text: html`Run <code>./lab stream consume -- -topic playground -groupid playground</code>: your terminal is a member like the others, and gets its share of the lanes.`,
  },
];

const WORDS: readonly [string, Html][] = [
  ['Topic', html`A stream of messages under a name. Who sends and who reads know only the topic, not each other.`],
  [
    'Partition',
    html`One of the lanes of a topic. Messages in it have one order; different partitions have none among them.`,
  ],
  [
    'Offset',
    html`The number of a message in its partition: 0, 1, 2, … It never changes. Reading does not remove a message.`,
  ],
  ['Key', html`What a message is about, such as a user or a room. Messages of the same key go to the same partition.`],
  [
    'Consumer group',
    html`Readers that share the work: each partition is read by one member. Groups do not notice each other.`,
  ],
  [
    'Commit',
    html`A group’s note of the offset up to which it has handled a partition. Whoever takes over goes on from there.`,
  ],
  [
    'Lag',
    html`How many messages a group has not handled yet: the next offset of the partition less the committed one.`,
  ],
  [
    'Rebalance',
    html`The members share the partitions anew, as one came, left, or was silent for longer than its session timeout.`,
  ],
  [
    'Replica',
    html`A copy of a partition on another broker. The leader takes the messages; copies in sync have all of them.`,
  ],
];

/** The experiments, to tick off; the browser remembers which. */
export const lessonList = (): Html => html`<ol class="lessons">
${LESSONS.map(
  ({ id, title, text }, index) =>
    html`<li><input type="checkbox" class="scripted" data-lesson="${id}" aria-label="Done: ${title}"><details name="lessons"${index === 0 ? html` open` : ''}><summary>${index + 1}. ${title}</summary><p>${text}</p></details></li>\n`,
)}</ol>`;

/** The words, each in a sentence or two. */
export const glossary = (): Html => html`<dl class="words">
${WORDS.map(([word, meaning]) => html`<div><dt>${word}</dt><dd>${meaning}</dd></div>\n`)}</dl>`;
