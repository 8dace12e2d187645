/** The flags of the consumer. */
import { DEMO_TOPIC } from '@cloud-lab/common/topics';
import { type Command, Option } from 'commander';
import { addClusterOptions, baseCommand, parseCount, parsePositive, parseRun, parseTopic } from '../arguments.ts';

export const DEFAULT_GROUP = 'test';
/** What a verification waits for more, in seconds. */
export const VERIFY_IDLE_SECONDS = 10;
export const DEFAULT_LIMIT_SECONDS = 120;

const EXAMPLES = `
Examples:
  consumer                                    prints what comes, until Ctrl-C
  consumer -topic chat -groupid mine --json   all of each message, a JSON object a line
  consumer --from-beginning --idle 5          everything that is there, once more
  consumer --latest | grep --line-buffered x  only what comes from now on
  consumer --verify --expect 100000           accounts for the messages of "producer --count 100000"

Members of one group share the partitions of the topic; each group gets every message. What was printed is
committed, so the group goes on after it the next time. --verify ends with 1 if a message is missing or came
out of order.
`;

/** What `consumer` understands. */
export function consumerCommand(): Command {
  const command = baseCommand('consumer', 'Print the messages of a Kafka topic; a new group begins with the oldest.')
    .optionsGroup('What to read:')
    .addOption(new Option('--topic <topic>', 'the topic, also -topic').default(DEMO_TOPIC).argParser(parseTopic))
    .addOption(new Option('--group <group>', `the consumer group, also -groupid (default: ${DEFAULT_GROUP})`))
    .addOption(new Option('--groupid <group>').hideHelp())
    .addOption(new Option('--from-beginning', 'begin with the oldest, also if the group has read before'))
    .addOption(new Option('--latest', 'a new group begins with what comes now').conflicts('fromBeginning'))
    .optionsGroup('How long:')
    .addOption(new Option('--follow', 'until Ctrl-C (the default)').conflicts(['idle', 'count']))
    .addOption(new Option('--count <n>', 'end after so many messages').argParser(parseCount))
    .addOption(new Option('--idle <seconds>', 'end after so long without a message').argParser(parsePositive))
    .addOption(
      new Option('--timeout <seconds>', 'how long the brokers may be away')
        .default(DEFAULT_LIMIT_SECONDS)
        .argParser(parsePositive),
    )
    .optionsGroup('What to print:')
    .addOption(new Option('--json', 'a JSON object a line: topic, partition, offset, key, value, headers, timestamp'))
    .addOption(new Option('--verify', 'count the messages of a load: missing, twice, out of order').conflicts('count'))
    .addOption(new Option('--run <id>', 'of this run of the producer only (with --verify)').argParser(parseRun))
    .addOption(
      new Option(
        '--expect <n>',
        `end when n messages came, or ${VERIFY_IDLE_SECONDS} s brought none (with --verify)`,
      ).argParser(parseCount),
    );
  return addClusterOptions(command).addHelpText('after', EXAMPLES);
}
