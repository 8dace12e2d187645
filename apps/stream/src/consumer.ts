/** Prints the messages of a topic as a member of a consumer group, or accounts for those of a load. */
import { runCommandLine } from './command-line.ts';
import { consumerCommand } from './consume/command.ts';
import { consume } from './consume/consume.ts';

await runCommandLine(consumerCommand(), consume);
