/** A room as the page has it: followed, and talked in. */
import type { ChatPerson } from '@cloud-lab/common/chat';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MessagePage } from '../../src/chat/room-memory.ts';
import type { ChatPageState } from '../../src/pages/chat.ts';
import { ask, post, tell } from '../common/api.ts';
import { begin, type Conversation, type Draft, discard, fail, hear, prepend, rejoin, submit } from './conversation.ts';
import { followRoom } from './follow-room.ts';

/** Others hear so often, in milliseconds, that somebody still writes. */
const TYPING_EVERY_MS = 3_000;

export interface Room {
  conversation: Conversation;
  people: ChatPerson[];
  /** Whether the connection stands; undefined before the first one does. */
  isConnected: boolean | undefined;
  say(text: string): void;
  tryAgain(draft: Draft): void;
  discard(draft: Draft): void;
  /** The reader is writing. */
  type(): void;
  /** Loads older messages. @throws Error in words */
  loadOlder(): Promise<void>;
}

export function useRoom({ room, view }: ChatPageState, user: string | undefined): Room {
  const path = `/api/v1/chat/rooms/${room}`;
  const [conversation, setConversation] = useState(() => begin(view ?? { messages: [], older: false }));
  const [people, setPeople] = useState(view?.people ?? []);
  const [isConnected, setConnected] = useState<boolean>();
  const at = useRef(view?.at);
  const typedAt = useRef(0);

  useEffect(() => {
    const following = followRoom({
      room,
      user,
      after: at.current,
      onMessage: (message) => setConversation((before) => hear(before, message)),
      onPeople: setPeople,
      onRoom: (loaded) => setConversation((before) => rejoin(before, loaded)),
      onConnected: setConnected,
    });
    return () => {
      at.current = following.stop();
    };
  }, [room, user]);

  const send = (draft: Draft): void => {
    setConversation((before) => submit(before, draft));
    const { text, sendId } = draft;
    post(`${path}/messages`, { user: draft.user, text, sendId }).catch((error: unknown) =>
      setConversation((before) => fail(before, sendId, tell(error))),
    );
  };

  return {
    conversation,
    people,
    isConnected,
    say(text) {
      if (user === undefined) return;
      typedAt.current = 0;
      send({ sendId: createId(), user, text, time: new Date().toISOString() });
    },
    tryAgain: ({ problem: _, ...draft }) => send(draft),
    discard: ({ sendId }) => setConversation((before) => discard(before, sendId)),
    type() {
      if (user === undefined || Date.now() - typedAt.current < TYPING_EVERY_MS) return;
      typedAt.current = Date.now();
      // Nothing is lost when this does not arrive.
      post(`${path}/typing`, { user }).catch(() => undefined);
    },
    async loadOlder() {
      const oldest = conversation.messages[0]?.id;
      if (oldest === undefined) return;
      const page = await ask<MessagePage>(`${path}/messages?${new URLSearchParams({ before: oldest })}`);
      setConversation((before) => prepend(before, page));
    },
  };
}

/** `randomUUID` is there over TLS only. */
function createId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
