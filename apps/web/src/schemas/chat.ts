/** What the API says and expects of the chat. */
import { CHAT_LIMITS, ChatMessage, ChatPerson, ROOM_PATTERN, USER_PATTERN } from '@cloud-lab/common/chat';
import Type, { type Static } from 'typebox';
import { SEND_ID_PATTERN } from '../chat/record.ts';
import { HttpError } from '../errors.ts';
import { describeFinding } from './validation-error.ts';

const people = Type.Array(ChatPerson, {
  description: 'Who is there, by name: whoever has the events of the room open with their name',
});
const messages = Type.Array(ChatMessage, { description: 'Oldest first' });
const older = Type.Boolean({ description: 'Whether there are older messages to ask for' });
const user = Type.String({ pattern: USER_PATTERN, description: 'Who it is: 1 to 32 characters, no [ and no ]' });

export const RoomParams = Type.Object({
  room: Type.String({
    pattern: ROOM_PATTERN,
    description: 'Name of a room: small letters, digits and dashes, at most 40. It is there once somebody uses it.',
  }),
});

export const RoomListSchema = Type.Object({
  rooms: Type.Array(
    Type.Object({
      room: Type.String({ description: 'Name of the room' }),
      people,
      lastTime: Type.Union([Type.String(), Type.Null()], {
        description: 'When something was said there last, ISO 8601; null: nothing that is remembered',
      }),
    }),
    { description: 'The lobby, then the rooms where something was said last' },
  ),
});

export const RoomSchema = Type.Object({
  room: Type.String({ description: 'Name of the room' }),
  people,
  messages,
  older,
  at: Type.String({ description: 'Where the room is now, an id: the events go on from here with `?after=`' }),
});

export const MessagePageSchema = Type.Object({ messages, older });

export const SayBody = Type.Object(
  {
    user,
    text: Type.String({
      description: `1 to ${CHAT_LIMITS.text} characters, without the space around them; no control characters but newlines. Plain text: neither HTML nor Markdown.`,
    }),
    sendId: Type.Optional(
      Type.String({
        pattern: SEND_ID_PATTERN,
        description:
          'A name that the sender chooses for this message, such as a UUID: sent again under the same one, the message is there once. 1 to 64 letters, digits, - and _',
      }),
    ),
  },
  { additionalProperties: false },
);
export type SayBody = Static<typeof SayBody>;

export const TypingBody = Type.Object({ user }, { additionalProperties: false });
export type TypingBody = Static<typeof TypingBody>;

export const ROOM_WORDS =
  'The name of a room is 1 to 40 small letters, digits and dashes, and begins with a letter or a digit.';
export const USER_WORDS =
  '`user` must be a name of 1 to 32 characters, without [ and ], line breaks, and spaces around it.';
const SEND_ID_WORDS = '`sendId` must be 1 to 64 letters, digits, - and _, such as a UUID.';

const PATTERN_WORDS: Record<string, string> = { '/room': ROOM_WORDS, '/user': USER_WORDS, '/sendId': SEND_ID_WORDS };

/** Says in words what is wrong with a request to the chat. */
export function describeChatFinding(...[findings, dataVar]: Parameters<typeof describeFinding>): HttpError {
  const finding = findings[0];
  if (finding?.keyword === 'required') {
    return new HttpError(
      400,
      `\`${String(finding.params.missingProperty)}\` is missing: send it as a field of the JSON body.`,
    );
  }
  if (finding?.keyword === 'additionalProperties') {
    return new HttpError(400, `There is no field \`${String(finding.params.additionalProperty).slice(0, 40)}\` here.`);
  }
  const words = finding?.keyword === 'pattern' ? PATTERN_WORDS[finding.instancePath] : undefined;
  return words === undefined ? describeFinding(findings, dataVar) : new HttpError(400, words);
}
