/** The flags of the producer. */
import { DEMO_TOPIC } from '@cloud-lab/common/topics';
import { type Command, Option } from 'commander';
import { addClusterOptions, baseCommand, parseCount, parsePositive, parseRun, parseTopic } from '../arguments.ts';

export const DEFAULT_KEYS = 20;
export const DEFAULT_SIZE = 100;
export const DEFAULT_BATCH = 500;
export const DEFAULT_LIMIT_SECONDS = 120;

const EXAMPLES = `
Examples:
  producer                                   three messages, one a second
  producer -ip HOST -port 9092 -topic chat   the same, somewhere else
  producer --message 'hello'                 sends "[you]: hello"
  seq 1000 | producer --raw                  a message for each line, as it is
  producer --count 100000 --size 100         a load; consumer --verify accounts for each of its messages

Without a flag that says what to send, the lines of a pipe or a file on standard input are sent; three messages
where that is a terminal or /dev/null, or ends without a line. It ends with 0 only if every message was
acknowledged by all in-sync replicas.
`;

/** What `producer` understands. */
export function producerCommand(): Command {
  const command = baseCommand('producer', 'Send messages to a Kafka topic.')
    .optionsGroup('What to send:')
    .addOption(new Option('--topic <topic>', 'the topic, also -topic').default(DEMO_TOPIC).argParser(parseTopic))
    .addOption(new Option('--demo', 'three messages, one a second').conflicts(['message', 'stdin', 'count']))
    .addOption(new Option('--message <text>', 'this text').conflicts(['stdin', 'count']))
    .addOption(new Option('--stdin', 'each line of standard input').conflicts('count'))
    .addOption(new Option('--user <name>', 'who says it (default: USERNAME, else USER, else student)'))
    .addOption(new Option('--raw', 'without "[user]: " before it'))
    .addOption(new Option('--key <key>', 'the key of each message').conflicts('count'))
    .optionsGroup('A load of numbered messages:')
    .addOption(new Option('--count <n>', 'so many messages, "#<run> <number> " and letters').argParser(parseCount))
    .addOption(new Option('--run <id>', 'their name (default: one by chance)').argParser(parseRun))
    .addOption(new Option('--size <bytes>', `bytes of each (default: ${DEFAULT_SIZE})`).argParser(parseCount))
    .addOption(new Option('--rate <n>', 'so many a second (default: as many as go)').argParser(parsePositive))
    .addOption(new Option('--keys <k>', `so many keys (default: ${DEFAULT_KEYS})`).argParser(parseCount))
    .addOption(new Option('--batch <n>', `in one request at most (default: ${DEFAULT_BATCH})`).argParser(parseCount))
    .addOption(new Option('--json', 'the summary as one JSON object'))
    .optionsGroup('How:')
    .addOption(
      new Option('--timeout <seconds>', 'how long a message may go without an acknowledgement')
        .default(DEFAULT_LIMIT_SECONDS)
        .argParser(parsePositive),
    );
  return addClusterOptions(command).addHelpText('after', EXAMPLES);
}
