/** Prints the messages of a topic, one a line, as a member of a consumer group. */
import { Option } from 'commander';
import { parseCount, parseSeconds, streamCommand } from './arguments.ts';
import { runCommandLine } from './command-line.ts';
import { connectTo } from './connection.ts';
import { consume } from './consume.ts';

const command = streamCommand('consumer', 'Print the messages of a Kafka topic; a new group begins with the oldest.')
  .addOption(new Option('--group <group>', 'the consumer group, also -groupid').default('test'))
  .addOption(new Option('--groupid <group>', 'the same').hideHelp())
  .addOption(new Option('--count <n>', 'end after so many messages').argParser(parseCount))
  .addOption(new Option('--idle <seconds>', 'end after so long without a message').argParser(parseSeconds));

await runCommandLine(command, async (options) => {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  await consume(await connectTo(options, 'consumer'), {
    topic: options.topic,
    groupId: String(options.groupid ?? options.group),
    count: typeof options.count === 'number' ? options.count : Number.POSITIVE_INFINITY,
    idleSeconds: typeof options.idle === 'number' ? options.idle : Number.POSITIVE_INFINITY,
    signal: stop.signal,
    onMessage: (value) => void process.stdout.write(`${value}\n`),
    onIdle: () => void process.stderr.write('No message...\n'),
  });
});
