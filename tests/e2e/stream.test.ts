/** The stream as the lecture uses it, from outside and inside, and what its accounts may not do. */
import { randomUUID } from 'node:crypto';
import { describe, expect, inject, test } from 'vitest';
import { lab, onHost, type Run, run } from '../helpers/launcher.ts';

const { stack, outputs } = inject('e2e');

const USERNAME = { env: { USERNAME: 'ann' } };
const MESSAGES = [1, 2, 3].map((number) => `[ann]: This is message ${number}`);

const produce = (...args: string[]): Promise<Run> => lab(['stream', 'produce', '-s', stack, '--', ...args], USERNAME);
const consume = (...args: string[]): Promise<Run> => lab(['stream', 'consume', '-s', stack, '--', ...args]);

/** The command lines themselves, as on a machine that knows nothing of a lab. */
const alone = (program: 'producer' | 'consumer', ...args: string[]): Promise<Run> =>
  run('./node_modules/.bin/node', [`apps/stream/src/${program}.ts`, ...args], {
    env: { ...USERNAME.env, XDG_DATA_HOME: '/nonexistent' },
  });

const linesOf = ({ stdout }: Run): string[] => stdout.split('\n').filter((line) => line !== '');

describe("the lecture's three messages", () => {
  test('go from one place outside to another, in order, to each group once', async () => {
    const produced = await produce('--demo');
    expect(produced, produced.stderr).toMatchObject({ status: 0, stdout: '' });
    const group = randomUUID();
    const first = await consume('-topic', 'test_topic', '-groupid', group, '--idle', '1');
    expect(first, first.stderr).toMatchObject({ status: 0 });
    expect(linesOf(first).slice(-3)).toEqual(MESSAGES);
    const again = await consume('-topic', 'test_topic', '-groupid', group, '--idle', '1');
    expect([again.status, linesOf(again)]).toEqual([0, []]);
  });

  test("go from the lecture's own flags to the listener without TLS, where config opens it", async () => {
    const [host = '', port = ''] = outputs.kafkaPlaintext?.split(',')[0]?.split(':') ?? [];
    const text = `plain ${randomUUID()}`;
    const produced = await alone('producer', '-ip', host, '-port', port, '-topic', 'test_topic', '--message', text);
    expect(produced, produced.stderr).toMatchObject({ status: 0 });
    const group = ['-groupid', randomUUID()];
    const consumed = await alone(
      'consumer',
      '-ip',
      host,
      '-port',
      port,
      '-topic',
      'test_topic',
      ...group,
      '--idle',
      '2',
    );
    expect(linesOf(consumed)).toContain(`[ann]: ${text}`);
  });

  test('go from inside of the lab to outside', async () => {
    const text = `inside ${randomUUID()}`;
    await onHost(stack, 'kafka-1', 'producer', '-ip', 'kafka', '-port', '9092', '--message', text);
    const consumed = await consume('-groupid', randomUUID(), '--idle', '1');
    expect(consumed.stdout).toContain(text);
  });
});

describe('a student', () => {
  test.each([
    ['write to ci.jobs', () => produce('-topic', 'ci.jobs', '--message', 'x'), 'write to ci.jobs'],
    ['read from ci.results', () => consume('-topic', 'ci.results', '--idle', '1'), 'read from ci.results'],
    ['be a CI runner', () => consume('-groupid', 'ci-runners', '--idle', '1'), 'the group ci-runners'],
  ])('may not %s, and is told so in a line', async (_, attempt, words) => {
    const { status, stdout, stderr } = await attempt();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/The user student may not .*/);
    expect(stderr).toContain(words);
  });

  test('may not do it without a password either, from inside of the lab', async () => {
    const attempt = onHost(stack, 'kafka-1', 'producer', '-ip', 'kafka', '-topic', 'ci.jobs', '--message', 'x');
    await expect(attempt).rejects.toThrow(/may not write to ci\.jobs/);
  });

  test('is refused without the right password', async () => {
    const [host = '', port = ''] = outputs.kafkaBootstrap.split(',')[0]?.split(':') ?? [];
    const { status } = await alone('producer', '-ip', host, '-port', port, '--message', 'x');
    expect(status).toBe(1);
  });
});

test('a message that is larger than the broker takes is refused with its size, and nothing hangs', async () => {
  const { status, stderr } = await lab(['stream', 'produce', '-s', stack, '--', '--stdin', '--raw'], {
    input: `${'x'.repeat(2 * 2 ** 20)}\n`,
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/2[ ,.]?097[ ,.]?\d+ bytes|2 MiB|too large/i);
});
