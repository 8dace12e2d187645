/** The chat: what a message is on its topic and on the wire, and how long things may be. */
import Type, { type Static } from 'typebox';

export { CHAT_LIMITS, ROOM_PATTERN, USER_PATTERN } from './chat-limits.ts';

/** A message as `GET /api/v1/chat/rooms/{room}` and its events show it. */
export const ChatMessage = Type.Object(
  {
    id: Type.String({
      description: 'Where it is in the room: what comes after it is asked for by this, or by Last-Event-ID.',
    }),
    room: Type.String(),
    user: Type.String({ description: 'Who says it; empty for a message of a program that names nobody.' }),
    text: Type.String(),
    time: Type.String({ description: 'When the broker took it, ISO 8601.' }),
    sendId: Type.Optional(
      Type.String({ description: 'What the sender called it: sent again under the same name, it is there once.' }),
    ),
  },
  { description: 'A message of a chat room' },
);
export type ChatMessage = Static<typeof ChatMessage>;

/** Somebody who is in a room now. */
export const ChatPerson = Type.Object(
  {
    user: Type.String(),
    typing: Type.Boolean({ description: 'They are writing something.' }),
  },
  { description: 'Somebody in a chat room' },
);
export type ChatPerson = Static<typeof ChatPerson>;

/** The words of a message on a topic: `[user]: text`. */
export const formatMessage = (user: string, text: string): string => `[${user}]: ${text}`;

/** Takes them apart again; what has another form is said by nobody. */
export function parseMessage(value: string): { user: string; text: string } {
  const match = /^\[([^\]]*)\]: ([\s\S]*)$/.exec(value);
  return { user: match?.[1] ?? '', text: match?.[2] ?? value };
}
