/** The lecture's command lines work as they are written, and so do the usual long ones; a lab is found by itself. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LAB_TOPICS } from '../../../apps/common/src/topics.ts';
import { ArgumentsError, findCluster, parseArguments } from '../../../apps/stream/src/arguments.ts';
import { chatCommand } from '../../../apps/stream/src/chat/command.ts';
import { consumerCommand } from '../../../apps/stream/src/consume/command.ts';
import { demoMessages, userName } from '../../../apps/stream/src/messages.ts';
import { producerCommand } from '../../../apps/stream/src/produce/command.ts';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'clients-'));
});
afterEach(() => rmSync(data, { recursive: true }));

const cluster = (args: string[], environment: Record<string, string> = {}) =>
  findCluster('consumer', parseArguments(consumerCommand(), args), { XDG_DATA_HOME: data, ...environment });

const LAB = { kafkaBootstrap: 'localhost:24020,localhost:24021', kafkaUsername: 'student', kafkaPassword: 'p' };
function writeLab(stack: string, content: unknown): void {
  const folder = join(data, 'cloud-lab', 'clients');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${stack}.json`), typeof content === 'string' ? content : JSON.stringify(content));
}

function failureOf(run: () => unknown): ArgumentsError {
  try {
    run();
  } catch (error) {
    if (error instanceof ArgumentsError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('the flags', () => {
  it.each([
    [[], { topic: 'test_topic' }],
    [['-topic=chat'], { topic: 'chat' }],
    [['-groupid', 'mine', '-topic', 'chat'], { groupid: 'mine', topic: 'chat' }],
    [['--group', 'mine', '--count', '3'], { group: 'mine', count: 3 }],
    [['--idle', '0.5'], { idle: 0.5 }],
  ])('%j', (args, expected) => {
    expect(parseArguments(consumerCommand(), args)).toMatchObject(expected);
  });

  it.each([
    [['-port', 'x'], 'A port is a whole number'],
    [['-port', '70000'], 'A port is a whole number'],
    [['--broker', 'kafka'], 'A broker is written host:port'],
    [['-foo'], "unknown option '-foo'"],
    [['--count', '0'], 'A whole number from 1 on'],
    [['--idle', '0'], 'more than 0'],
    [['--idle', '1e400'], 'more than 0'],
    [['--topic', 'no spaces'], 'A topic has letters'],
    [['--follow', '--idle', '3'], 'cannot be used with'],
    [['extra'], 'too many arguments'],
  ])('of a consumer: %j is refused in one line', (args, text) => {
    const { message, exitCode } = failureOf(() => parseArguments(consumerCommand(), args));
    expect(exitCode).toBe(2);
    expect(message).toContain(text);
    expect(message).not.toContain('\n');
  });

  it.each([
    [['--message', 'x', '--stdin']],
    [['--count', '5', '--key', 'k']],
    [['--demo', '--count', '5']],
    [['--rate', '-1']],
  ])('of a producer: %j is refused', (args) => {
    expect(failureOf(() => parseArguments(producerCommand(), args)).exitCode).toBe(2);
  });

  it('of the chat: a room, and a name without brackets', () => {
    expect(parseArguments(chatCommand(), [])).toMatchObject({ room: 'lobby' });
    expect(parseArguments(chatCommand(), ['kafka', '--user', 'Ann B'])).toMatchObject({ room: 'kafka', user: 'Ann B' });
    expect(failureOf(() => parseArguments(chatCommand(), ['No Room'])).message).toContain('A room has small letters');
    expect(failureOf(() => parseArguments(chatCommand(), ['--user', '[x]'])).message).toContain('no brackets');
    expect(failureOf(() => parseArguments(chatCommand(), ['--url', 'file:///x'])).message).toContain('address');
  });

  it.each([
    ['producer', producerCommand, '--count <n>'],
    ['consumer', consumerCommand, '--from-beginning'],
    ['chat', chatCommand, '--url <url>'],
  ])('%s helps with exit code 0 and with examples', (name, command, flag) => {
    const { message, exitCode } = failureOf(() => parseArguments(command(), ['-h']));
    expect(exitCode).toBe(0);
    expect(message).toContain(flag);
    expect(message).toContain(`\nExamples:\n  ${name}`);
    expect(message.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});

describe('the cluster', () => {
  it('is a broker of this machine where nothing says another', () => {
    expect(cluster([])).toEqual({ brokers: ['127.0.0.1:9092'] });
  });

  it.each([
    [['-ip', '10.0.0.5', '-port', '9093'], '10.0.0.5:9093'],
    [['-ip=10.0.0.5'], '10.0.0.5:9092'],
    [['-ip', '::1'], '[::1]:9092'],
    [['--bootstrap-server', 'kafka:1'], 'kafka:1'],
  ])('%j is %s', (args, broker) => {
    expect(cluster(args, { KAFKA_BOOTSTRAP: 'other:1' }).brokers).toEqual([broker]);
  });

  it('comes from the environment before it comes from the lab', () => {
    writeLab('dev', LAB);
    const environment = { KAFKA_BOOTSTRAP: 'kafka:9093', KAFKA_USERNAME: 'ann', KAFKA_PASSWORD: 'q' };
    expect(cluster([], environment)).toEqual({ brokers: ['kafka:9093'], username: 'ann', password: 'q' });
  });

  it('is the lab on this machine, with its account and its authority', () => {
    const caFile = join(data, 'ca.pem');
    writeFileSync(caFile, 'PEM');
    writeLab('dev', { ...LAB, caFile, apiUrl: 'http://localhost:24000/api/v1' });
    expect(cluster([])).toEqual({
      brokers: ['localhost:24020', 'localhost:24021'],
      username: 'student',
      password: 'p',
      ca: 'PEM',
    });
  });

  it('never gives the account of the lab to a broker that was named', () => {
    writeLab('dev', LAB);
    expect(cluster(['-port', '9092'])).toEqual({ brokers: ['127.0.0.1:9092'] });
    expect(cluster([], { KAFKA_BOOTSTRAP: 'kafka:1' })).toEqual({ brokers: ['kafka:1'] });
  });

  it('is the lab that is named, by flag before environment', () => {
    for (const stack of ['a', 'b']) writeLab(stack, { ...LAB, kafkaBootstrap: `${stack}:1` });
    expect(cluster([], { LAB_STACK: 'a' }).brokers).toEqual(['a:1']);
    expect(cluster(['--stack', 'b'], { LAB_STACK: 'a', KAFKA_BOOTSTRAP: 'c:1' }).brokers).toEqual(['b:1']);
    expect(() => cluster(['--stack', 'none'])).toThrow('There is no lab none on this machine');
    expect(() => cluster(['--stack', '../x'])).toThrow('A lab cannot be called "../x".');
  });

  it.each(['', '{', '[]', '{"kafkaBootstrap":1}'])('a file with %j is said to be of no use', (content) => {
    writeLab('dev', content);
    expect(() => cluster([])).toThrow(/dev\.json does not say how to reach a lab/);
  });

  it('wants a password with a username, and a certificate that is there', () => {
    expect(failureOf(() => cluster(['--username', 'ann'])).message).toContain('a username needs a password');
    expect(() => cluster(['--username', 'a', '--password', 'p', '--ca', '/none'])).toThrow('/none cannot be read');
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
  expect(partitions).toMatchObject({ test_topic: 1, playground: 4, chat: 6, 'ci.jobs': 24, 'ci.results': 1 });
});
