/** Follows a room of the chat over its events (Server-Sent Events), across lost connections. */
import type { ChatMessage, ChatPerson } from '@cloud-lab/common/chat';
import type { RoomView } from '../../src/chat/chat.ts';
import { ask } from '../common/api.ts';

export interface RoomFollower {
  onMessage: (message: ChatMessage) => void;
  onPeople: (people: ChatPerson[]) => void;
  /** The room was loaded again, as what came meanwhile could not be told one by one. */
  onRoom: (view: RoomView) => void;
  /** Whether the connection stands. */
  onConnected: (isConnected: boolean) => void;
}

export interface FollowOptions extends RoomFollower {
  room: string;
  /** Who is there; undefined: somebody who only watches. */
  user: string | undefined;
  /** Where to begin; undefined: the room is loaded first. */
  after: string | undefined;
}

export interface Following {
  /** Ends it; says where it was, to go on from there. */
  stop(): string | undefined;
}

const RETRY_MS = 2_000;

export function followRoom({ room, user, after, ...follower }: FollowOptions): Following {
  const path = `/api/v1/chat/rooms/${room}`;
  let at = after;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isStopped = false;

  const later = (work: () => void): void => {
    source?.close();
    follower.onConnected(false);
    clearTimeout(timer);
    timer = setTimeout(work, RETRY_MS);
  };

  /** Loads the room, then follows it from there. */
  const load = async (): Promise<void> => {
    source?.close();
    try {
      const view = await ask<RoomView>(path);
      if (isStopped) return;
      at = view.at;
      follower.onRoom(view);
      follower.onPeople(view.people);
      open();
    } catch {
      if (!isStopped) later(() => void load());
    }
  };

  const open = (): void => {
    const query = new URLSearchParams({
      ...(user === undefined ? {} : { user }),
      ...(at === undefined ? {} : { after: at }),
    });
    const opened = new EventSource(`${path}/events?${query}`);
    source = opened;
    const on = (name: string, hear: (data: unknown) => void): void =>
      opened.addEventListener(name, ({ data, lastEventId }: MessageEvent<string>) => {
        if (lastEventId !== '') at = lastEventId;
        hear(JSON.parse(data));
      });
    on('message', (data) => follower.onMessage(data as ChatMessage));
    on('people', (data) => follower.onPeople((data as { people: ChatPerson[] }).people));
    on('gap', () => void load());
    opened.addEventListener('open', () => follower.onConnected(true));
    opened.addEventListener('error', () => {
      // The browser takes a lost connection up again by itself; only a refusal closes it.
      if (opened.readyState === EventSource.CLOSED) later(() => void load());
      else follower.onConnected(false);
    });
  };

  /** A machine that slept does not always notice that its connection is gone. */
  const reopen = (): void => {
    source?.close();
    clearTimeout(timer);
    if (at === undefined) void load();
    else open();
  };

  addEventListener('online', reopen);
  if (at === undefined) void load();
  else open();
  return {
    stop() {
      isStopped = true;
      removeEventListener('online', reopen);
      clearTimeout(timer);
      source?.close();
      return at;
    },
  };
}
