/** Sends messages to a topic: three demonstration messages, one text, or the lines of standard input. */
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { formatMessage } from '@cloud-lab/common/chat';
import { Option } from 'commander';
import { streamCommand } from './arguments.ts';
import { runCommandLine } from './command-line.ts';
import { connectTo } from './connection.ts';
import { demoMessages, userName } from './messages.ts';

const DEMO_PAUSE_MS = 1_000;
const command = streamCommand(
  'producer',
  'Send messages to a Kafka topic; without --message or --stdin, three to try it.',
)
  .addOption(new Option('--message <text>', 'send this text').conflicts('stdin'))
  .addOption(new Option('--stdin', 'send each line of standard input'));

await runCommandLine(command, async (options) => {
  const kafka = await connectTo(options, 'producer');
  const producer = kafka.producer();
  await producer.connect();
  const send = (value: string) => producer.send({ topic: options.topic, acks: -1, messages: [{ value }] });
  const user = userName(process.env);

  if (typeof options.message === 'string') {
    await send(formatMessage(user, options.message));
  } else if (options.stdin === true) {
    for await (const line of createInterface({ input: process.stdin })) await send(formatMessage(user, line));
  } else {
    for (const [index, message] of demoMessages(user).entries()) {
      if (index > 0) await delay(DEMO_PAUSE_MS);
      await send(message);
    }
  }
  await producer.disconnect();
});
