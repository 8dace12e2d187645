/** The live parts of the page of the stream. */
import { PLAYGROUND_TOPIC } from '@cloud-lab/common/topics';
import { render } from 'preact';
import { messageTable, partitionTable, topicTable } from '../src/pages/stream/tables.ts';
import type { StreamMessage } from '../src/schemas/stream.ts';
import { ask, post, tell } from './common/api.ts';
import { show } from './common/show.ts';
import { type ConsumerActions, Groups } from './stream/groups.tsx';
import { Happened } from './stream/happened.tsx';
import { Lanes } from './stream/lanes.tsx';
import { rememberLessons } from './stream/lessons.ts';
import { MessageDialog } from './stream/message-dialog.tsx';
import { SendForm } from './stream/send-form.tsx';
import { StartConsumers } from './stream/start-consumers.tsx';
import { followTopic } from './stream/store.ts';

const CONSUMERS = '/api/v1/stream/consumers';
/** Between two renewals of the tables, in milliseconds: numbers that change faster cannot be read. */
const TABLES_MS = 1_000;
const MESSAGES_SHOWN = 25;
const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });

const place = (id: string): HTMLElement | null => document.getElementById(id);
const main = place('main');
const topic = main?.dataset.topic ?? PLAYGROUND_TOPIC;
const spoken = place('spoken');
const problem = place('problem');
const dialog = document.createElement('div');
main?.append(dialog);

let isHeld = false;
let isDue = false;
let tablesAt = 0;
let refusal: string | undefined;

/** Draws once for all that changed since the last picture. */
function drawSoon(): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    draw();
  });
}

const store = followTopic(topic, drawSoon, (items) => {
  const last = items.findLast(({ kind }) => kind !== 'sending');
  if (last !== undefined && spoken !== null) spoken.textContent = last.text;
});

/** Does what a button says; a refusal is told in words. */
async function attempt(work: () => Promise<unknown>): Promise<void> {
  refusal = undefined;
  await work().catch((error: unknown) => {
    refusal = tell(error);
  });
  drawSoon();
}

const change = (id: string, init: RequestInit, query = ''): Promise<void> =>
  attempt(async () => {
    const answer = await fetch(`${CONSUMERS}/${id}${query}`, init);
    if (!answer.ok) throw new Error(((await answer.json()) as { text: string }).text);
  });

const actions: ConsumerActions = {
  setPace: (id, perSecond) =>
    void attempt(() =>
      ask(`${CONSUMERS}/${id}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ perSecond }),
      }),
    ),
  stop: (id) => void change(id, { method: 'DELETE' }),
  kill: (id) => void change(id, { method: 'DELETE' }, '?how=kill'),
};
const start = (group: string): Promise<void> => attempt(() => post(CONSUMERS, { group }));

function openMessage(message: StreamMessage): void {
  const close = (): void => render(null, dialog);
  render(
    <MessageDialog key={`${message.partition}/${message.offset}`} {...{ topic, message }} onClose={close} />,
    dialog,
  );
}

function hold(): void {
  isHeld = !isHeld;
  draw();
}

function into(id: string, view: Parameters<typeof render>[0]): void {
  const element = place(id);
  if (element !== null) render(view, element);
}

function draw(): void {
  const now = Date.now();
  const words = refusal ?? store.problem ?? '';
  if (problem !== null && problem.textContent !== words) problem.textContent = words;
  into(
    'hold',
    <button type="button" class="plain" aria-pressed={isHeld} onClick={hold}>
      {isHeld ? 'Go on' : 'Hold the picture'}
    </button>,
  );
  into('groups', <Groups {...{ store, topic, now, actions }} />);
  into('happened', <Happened items={store.activity} />);
  into('send', <SendForm sending={store.snapshot.sending} />);
  if (!isHeld) into('lanes', <Lanes {...{ store, topic, now }} onOpen={openMessage} />);
  if (!isHeld && now - tablesAt >= TABLES_MS) drawTables(now);
}

function drawTables(now: number): void {
  const known = store.snapshot.topics.find((each) => each.topic === topic);
  if (known === undefined) return;
  tablesAt = now;
  const messages = [...store.lanes.values()]
    .flatMap((lane) => lane.messages)
    .sort((a, b) => (a.time === b.time ? b.offset - a.offset : a.time < b.time ? 1 : -1));
  const tables = {
    numbers: partitionTable(store.snapshot, known),
    messages: messageTable(messages.slice(0, MESSAGES_SHOWN), (time) => CLOCK.format(new Date(time))),
    topics: topicTable(store.snapshot, topic, PLAYGROUND_TOPIC),
  };
  for (const [id, table] of Object.entries(tables)) {
    const element = place(id);
    if (element !== null) show(element, table);
  }
}

place('lanes')?.replaceChildren();
const starting = place('start');
if (topic === PLAYGROUND_TOPIC && starting !== null) render(<StartConsumers start={start} />, starting);
rememberLessons(document);
draw();
