/** The flags of the chat. */

import { ROOM_PATTERN, USER_PATTERN } from '@cloud-lab/common/chat';
import { trimEnd } from '@cloud-lab/common/trim';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { baseCommand, stackOption } from '../arguments.ts';

export const DEFAULT_ROOM = 'lobby';

const EXAMPLES = `
Examples:
  chat                         the room "lobby" of the lab on this machine
  chat kafka --user ann        another room, under another name
  echo 'done' | chat kafka     says a line, and leaves
  chat --url http://HOST:24000/api/v1

In the chat, /help shows the commands; Ctrl-C or Ctrl-D leaves.
`;

/** A room's name. */
export function parseRoom(text: string): string {
  if (!new RegExp(ROOM_PATTERN, 'u').test(text)) {
    throw new InvalidArgumentError('A room has small letters, digits and dashes, 40 at most.');
  }
  return text;
}

/** A person's name. */
export function parseUser(text: string): string {
  if (!new RegExp(USER_PATTERN, 'u').test(text)) {
    throw new InvalidArgumentError('A name has 32 characters at most, no brackets, and no space around it.');
  }
  return text;
}

function parseUrl(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? '')) {
    throw new InvalidArgumentError('The address of the API is wanted: http://HOST/api/v1.');
  }
  return trimEnd(text, '/');
}

/** What `chat` understands. */
export const chatCommand = (): Command =>
  baseCommand('chat', "The lab's chat in a terminal: what is typed is said, what others say is printed.")
    .addArgument(new Argument('[room]', 'the room').default(DEFAULT_ROOM).argParser(parseRoom))
    .addOption(
      new Option('--user <name>', 'your name (default: USERNAME, else USER, else student)').argParser(parseUser),
    )
    .addOption(new Option('--json', 'each message as a JSON object a line'))
    .addOption(new Option('--url <url>', "the lab's API (default: of the lab on this machine)").argParser(parseUrl))
    .addOption(stackOption())
    .addHelpText('after', EXAMPLES);
