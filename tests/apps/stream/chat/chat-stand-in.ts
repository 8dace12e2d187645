/** Speaks the chat's API as the lab does, from memory; may be away, refuse, and drop its streams. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChatMessage, ChatPerson } from '../../../../apps/common/src/chat.ts';

export interface ChatStandIn {
  url: string;
  messages: ChatMessage[];
  /** Requests with this are answered with this status, so many times. */
  failures: { posts: { status: number; headers?: Record<string, string>; afterTaking?: true }[]; away: boolean };
  /** How often something was said to the API, whatever came of it. */
  posts: number;
  typing: number;
  /** Streams that are open. */
  readonly followers: number;
  say(user: string, text: string): ChatMessage;
  setPeople(people: ChatPerson[]): void;
  tellGap(): void;
  /** Ends every stream, as a proxy does. */
  drop(): void;
  stop(): Promise<void>;
}

type Follower = { after: number; response: ServerResponse };

export async function startChat(): Promise<ChatStandIn> {
  const followers = new Set<Follower>();
  let people: ChatPerson[] = [];
  const event = (name: string, data: unknown, id?: string) =>
    `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
  const tell = (text: string) => {
    for (const { response } of followers) response.write(text);
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
    const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', () => {
      const [, room = '', what] = /^\/api\/v1\/chat\/rooms(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(pathname) ?? [];
      if (chat.failures.away) return answer(503, { status: 'error', text: 'Kafka is away.\n' });
      if (room === '') return answer(200, { rooms: [{ room: 'lobby', people, lastTime: null }] });
      if (what === 'typing') {
        chat.typing += 1;
        return response.writeHead(204).end();
      }
      if (what === 'messages') {
        chat.posts += 1;
        const { user, text, sendId } = JSON.parse(body) as { user: string; text: string; sendId: string };
        const failure = chat.failures.posts.shift();
        if (failure !== undefined) {
          if (failure.afterTaking) add(room, user, text, sendId);
          return answer(failure.status, { status: 'error', text: `No: ${failure.status}.\n` }, failure.headers);
        }
        return answer(201, add(room, user, text, sendId));
      }
      const inRoom = chat.messages.filter((message) => message.room === room);
      if (what === undefined) return answer(200, { room, people, messages: inRoom.slice(-100), older: false });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('retry: 20\n\n');
      const asked = request.headers['last-event-id'] ?? searchParams.get('after');
      const follower = { after: asked === null ? chat.messages.length : Number(asked), response };
      followers.add(follower);
      response.once('close', () => followers.delete(follower));
      for (const message of inRoom) {
        if (Number(message.id) > follower.after) response.write(event('message', message, message.id));
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const add = (room: string, user: string, text: string, sendId?: string): ChatMessage => {
    const known = chat.messages.find((message) => sendId !== undefined && message.sendId === sendId);
    if (known !== undefined) return known;
    const id = String(chat.messages.length + 1);
    const message = {
      id,
      room,
      user,
      text,
      time: '2026-01-02T03:04:05.000Z',
      ...(sendId === undefined ? {} : { sendId }),
    };
    chat.messages.push(message);
    tell(event('message', message, id));
    return message;
  };
  const chat: ChatStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
    messages: [],
    failures: { posts: [], away: false },
    posts: 0,
    typing: 0,
    get followers() {
      return followers.size;
    },
    say: (user, text) => add('lobby', user, text),
    setPeople: (now) => {
      people = now;
      tell(event('people', { people }));
    },
    tellGap: () => tell(event('gap', null)),
    drop: () => {
      for (const { response } of followers) response.destroy();
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return chat;
}
