/** What the reader of a room has before them: what was said, and what they are saying. */
import type { ChatMessage } from '@cloud-lab/common/chat';
import type { MessagePage } from '../../src/chat/room-memory.ts';

/** Something that was written here and has not come back yet. */
export interface Draft {
  sendId: string;
  user: string;
  text: string;
  /** When it was written, ISO 8601. */
  time: string;
  /** Why it could not be sent; undefined: it is under way. */
  problem?: string;
}

export interface Conversation {
  messages: readonly ChatMessage[];
  drafts: readonly Draft[];
  /** Whether there are older messages to ask for. */
  older: boolean;
}

/** A conversation that begins with what a room shows. */
export const begin = ({ messages, older }: MessagePage): Conversation => ({ messages, older, drafts: [] });

/** Takes a message; one that is there already changes nothing. */
export function hear(conversation: Conversation, message: ChatMessage): Conversation {
  const { messages, drafts } = conversation;
  const isKnown = messages.some((each) => isSame(each, message));
  return {
    ...conversation,
    messages: isKnown ? messages : [...messages, message],
    drafts: drafts.filter(({ sendId }) => sendId !== message.sendId),
  };
}

/** Puts older messages before those that are there. */
export function prepend(conversation: Conversation, { messages, older }: MessagePage): Conversation {
  const isNew = (message: ChatMessage): boolean => !conversation.messages.some((each) => isSame(each, message));
  return { ...conversation, messages: [...messages.filter(isNew), ...conversation.messages], older };
}

/** Takes a room as it was loaded again: goes on where both meet, or begins anew where they don't. */
export function rejoin(conversation: Conversation, page: MessagePage): Conversation {
  const meets = page.messages.some((message) => conversation.messages.some((each) => isSame(each, message)));
  const start = meets ? conversation : { ...begin(page), drafts: conversation.drafts };
  return page.messages.reduce(hear, start);
}

/** Adds what the reader has written, or tries it again. */
export function submit(conversation: Conversation, draft: Draft): Conversation {
  const others = conversation.drafts.filter(({ sendId }) => sendId !== draft.sendId);
  return { ...conversation, drafts: [...others, draft] };
}

/** Says why something could not be sent. */
export const fail = (conversation: Conversation, sendId: string, problem: string): Conversation => ({
  ...conversation,
  drafts: conversation.drafts.map((draft) => (draft.sendId === sendId ? { ...draft, problem } : draft)),
});

/** Lets go of something that could not be sent. */
export const discard = (conversation: Conversation, sendId: string): Conversation => ({
  ...conversation,
  drafts: conversation.drafts.filter((draft) => draft.sendId !== sendId),
});

/** What stays the same wherever a message was read: its own place comes first in its id. */
export const placeOf = ({ id }: Pick<ChatMessage, 'id'>): string => id.split(',', 1)[0] ?? id;

/** The place alone would mean another message where the topic was made anew. */
const isSame = (a: ChatMessage, b: ChatMessage): boolean => placeOf(a) === placeOf(b) && a.time === b.time;
