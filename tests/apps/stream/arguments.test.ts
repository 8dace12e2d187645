/** The lecture's command lines work as they are written, and so do the usual long ones. */
import { Option } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LAB_TOPICS } from '../../../apps/common/src/topics.ts';
import { ArgumentsError, parseArguments, parseCount, streamCommand } from '../../../apps/stream/src/arguments.ts';
import { describeFailure, StreamError } from '../../../apps/stream/src/connection.ts';
import { demoMessages, userName } from '../../../apps/stream/src/messages.ts';

const parse = (...args: string[]) =>
  parseArguments(
    streamCommand('consumer', 'test')
      .addOption(new Option('--groupid <group>'))
      .addOption(new Option('--count <n>').argParser(parseCount)),
    args,
  );
const failure = (...args: string[]): ArgumentsError => {
  try {
    parse(...args);
  } catch (error) {
    if (error instanceof ArgumentsError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
};
afterEach(() => void vi.unstubAllEnvs());

describe('parseArguments', () => {
  it.each([
    [[], { broker: '127.0.0.1:9092', topic: 'test_topic' }],
    [['-ip', '10.0.0.5', '-port', '9093'], { broker: '10.0.0.5:9093', topic: 'test_topic' }],
    [['-ip=10.0.0.5', '-topic=chat'], { broker: '10.0.0.5:9092', topic: 'chat' }],
    [['-groupid', 'test', '-topic', 'chat'], { groupid: 'test', topic: 'chat' }],
    [['--broker', 'kafka.example.org:9093', '--count', '3'], { broker: 'kafka.example.org:9093', count: 3 }],
    [['--username', 'ann', '--password', 'p', '--ca', 'ca.pem'], { username: 'ann', password: 'p', ca: 'ca.pem' }],
  ])('%j', (args, expected) => {
    expect(parse(...args)).toMatchObject(expected);
  });

  it('reads the environment, and puts the command line before it', () => {
    vi.stubEnv('KAFKA_BOOTSTRAP', 'kafka:9093');
    vi.stubEnv('KAFKA_USERNAME', 'ann');
    vi.stubEnv('KAFKA_PASSWORD', 'p');
    expect(parse()).toMatchObject({ broker: 'kafka:9093', username: 'ann', password: 'p' });
    expect(parse('-ip', '10.0.0.5')).toMatchObject({ broker: '10.0.0.5:9092' });
    expect(parse('--broker', 'other:1')).toMatchObject({ broker: 'other:1' });
  });

  it.each([
    [['-port', 'x'], 'A port is a whole number'],
    [['-port', '70000'], 'A port is a whole number'],
    [['--broker', 'kafka'], 'A broker is written host:port.'],
    [['-foo'], "unknown option '-foo'"],
    [['--count', '0'], 'A whole number from 1 on'],
    [['extra'], 'too many arguments'],
    [['--username', 'ann'], 'a username needs a password'],
  ])('refuses %j in one line', (args, text) => {
    const { message, exitCode } = failure(...args);
    expect(exitCode).toBe(2);
    expect(message).toContain(text);
    expect(message).not.toContain('\n');
  });

  it('helps with exit code 0', () => {
    expect(failure('-h')).toMatchObject({ exitCode: 0 });
    expect(failure('-h').message).toContain('--broker <host:port>');
  });
});

describe('describeFailure', () => {
  const options = { broker: 'kafka:9093', topic: 'chat' };
  const error = (name: string, message: string) => Object.assign(new Error(message), { name });
  it.each([
    [error('KafkaJSSASLAuthenticationError', 'failed'), 'refused the username or the password'],
    [new Error('Connection error: connect ECONNREFUSED 127.0.0.1:1'), 'Nothing answers at the broker kafka:9093'],
    [new Error('getaddrinfo ENOTFOUND kafka'), 'has no address'],
    [new Error('This server does not host this topic-partition'), 'The topic chat does not exist'],
    [new Error('gave up', { cause: new Error('self-signed certificate in certificate chain') }), 'not trusted'],
    [new Error('Closed connection'), 'perhaps it wants TLS'],
    [new StreamError('The certificate file x cannot be read.'), 'The certificate file x cannot be read.'],
  ])('%s', (cause, text) => {
    expect(describeFailure(cause, options)).toContain(text);
  });
});

describe('the messages', () => {
  it("are the lecture's", () => {
    expect(demoMessages('ann')).toEqual([1, 2, 3].map((number) => `[ann]: This is message ${number}`));
  });
  it.each([
    [{ USERNAME: 'ann', USER: 'bob' }, 'ann'],
    [{ USER: 'bob' }, 'bob'],
    [{ USERNAME: '', USER: '' }, 'student'],
    [{}, 'student'],
  ])('of %j come from %s', (environment, user) => {
    expect(userName(environment)).toBe(user);
  });
});

it("keeps the order of the lecture's topic, and lets runners share the jobs", () => {
  const partitions = Object.fromEntries(LAB_TOPICS.map(({ topic, partitions }) => [topic, partitions]));
  expect(partitions).toEqual({
    test_topic: 1,
    playground: 4,
    chat: 6,
    'chat.presence': 1,
    'ci.jobs': 24,
    'ci.results': 1,
  });
});
