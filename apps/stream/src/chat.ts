/** The lab's chat in a terminal. */

import { chat } from './chat/chat.ts';
import { chatCommand } from './chat/command.ts';
import { runCommandLine } from './command-line.ts';

await runCommandLine(chatCommand(), chat);
