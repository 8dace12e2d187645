/** Sends messages to a topic: the lecture's three, one text, the lines of standard input, or a load. */

import { runCommandLine } from './command-line.ts';
import { producerCommand } from './produce/command.ts';
import { produce } from './produce/produce.ts';

await runCommandLine(producerCommand(), produce);
