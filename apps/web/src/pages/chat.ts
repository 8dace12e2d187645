/** The page of a room of the chat, as it is without JavaScript: to read; chat.js makes it a place to talk. */
import type { ChatMessage } from '@cloud-lab/common/chat';
import type { RoomSummary, RoomView } from '../chat/chat.ts';
import type { LabInfo } from '../routes/status.ts';
import { countPeople, hueOf, initialOf, NOBODY } from './chat/faces.ts';
import { groupMessages, type Turn } from './chat/group-messages.ts';
import { splitLinks } from './chat/split-links.ts';
import { chatTimes } from './chat/times.ts';
import { type Html, html } from './html.ts';
import { page } from './layout.ts';
import { siteHeader } from './site-header.ts';

/** What the page shows, and what its script begins with. */
export interface ChatPageState {
  room: string;
  rooms: RoomSummary[];
  /** The room; undefined while the chat cannot be read. */
  view: RoomView | undefined;
}

export interface ChatPageOptions extends ChatPageState {
  lab: LabInfo;
  now: Date;
}

const times = chatTimes('UTC');

/** Renders it. */
export function chatPage({ lab, room, rooms, view, now }: ChatPageOptions): string {
  const state: ChatPageState = { room, rooms, view };
  const body = html`${siteHeader(lab, 'chat')}
<main id="main" class="wrap wide">
<div id="chat" class="chat" data-state="${JSON.stringify(state)}">
<nav class="rooms" aria-label="Rooms">
<h2>Rooms</h2>
<ul>${rooms.map((each) => roomLink(each, room))}</ul>
${openForm()}
</nav>
<section class="room" aria-labelledby="room-title">
<header><h1 id="room-title">${room}</h1>${view === undefined ? '' : html`<p class="meta">${countPeople(view.people.length)}</p>`}</header>
<div class="log" tabindex="0" role="log" aria-label="Messages in ${room}">${view === undefined ? html`<p class="empty">The chat cannot be read right now. Load the page again in a moment.</p>` : messageLog(view.messages, now)}</div>
<p class="unscripted">Without JavaScript this page shows what is said and does not change by itself. To say something, ask the API:
<code>POST /api/v1/chat/rooms/${room}/messages</code> with <code>{"user": "…", "text": "…"}</code>, or use the terminal.</p>
</section>
</div>
</main>
<footer class="wrap wide">${terminalHint(room)}</footer>`;
  return page({ title: `${room} – Chat – Cloud Lab`, body, script: 'chat.js', styles: ['ci.css', 'chat.css'] });
}

const roomLink = ({ room, people }: RoomSummary, here: string): Html =>
  html`<li><a href="/chat/${room}"${room === here ? html` aria-current="page"` : ''}><span class="name">${room}</span> <span class="meta">${people.map(({ user }) => user).join(', ')}</span></a></li>`;

const openForm = (): Html => html`<form class="open" action="/chat" method="get">
<label class="hidden" for="open-room">Open a room</label>
<input id="open-room" name="room" placeholder="Open a room" maxlength="40" autocomplete="off" required>
<button class="plain">Open</button>
</form>`;

function messageLog(messages: readonly ChatMessage[], now: Date): Html {
  if (messages.length === 0) return html`<p class="empty">Nothing has been said here yet.</p>`;
  const days = groupMessages(messages, times.dayOf);
  return html`${days.map((day) => html`<p class="day"><span>${times.sayDay(day.time, now)}</span></p>${day.turns.map(turnOf)}`)}`;
}

const turnOf = ({ user, messages }: Turn<ChatMessage>): Html => html`<div class="turn">
<i class="face ${hueOf(user)}" aria-hidden="true">${initialOf(user)}</i>
<p class="who"><strong>${user === '' ? NOBODY : user}</strong> <time title="${times.full(messages[0]?.time ?? '')}">${times.clock(messages[0]?.time ?? '')}</time> <span class="meta">UTC</span></p>
${messages.map(({ text }) => html`<p class="said">${withLinks(text)}</p>`)}
</div>`;

const withLinks = (text: string): Html[] =>
  splitLinks(text).map((piece) =>
    piece.href === undefined
      ? html`${piece.text}`
      : html`<a href="${piece.href}" rel="noopener nofollow">${piece.text}</a>`,
  );

const terminalHint = (room: string): Html => html`<p>The same in a terminal: <code>./lab chat ${room}</code> to talk,
<code>./lab stream consume -- -topic chat</code> to see what Kafka has. <a href="/api/v1/chat/rooms/${room}">This room as JSON</a></p>`;
