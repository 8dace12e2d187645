/** Producer and consumer as a person runs them, on a real broker that is killed in between. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RealKafka, startKafka } from '../../helpers/real-kafka.ts';

const SOURCES = new URL('../../../apps/stream/src/', import.meta.url).pathname;

interface Run {
  child: ChildProcess;
  output: string;
  errors: string;
  /** The exit code, once it ends. */
  ended: Promise<number>;
}

describe('producer and consumer on a real broker', { timeout: 60_000 }, () => {
  let kafka: RealKafka;
  const running = new Set<ChildProcess>();

  beforeAll(async () => {
    kafka = await startKafka();
    await kafka.createTopics({ test_topic: 1, playground: 4, lines: 1, shared: 4 });
  }, 60_000);
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
  });
  afterAll(() => kafka.stop(), 30_000);

  function start(program: string, args: string[], broker = kafka.broker, input: 'ignore' | 'pipe' = 'ignore'): Run {
    const child = spawn(process.execPath, [`${SOURCES}${program}.ts`, '--broker', broker, ...args], {
      stdio: [input, 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, USER: 'ann', XDG_DATA_HOME: tmpdir() },
    });
    running.add(child);
    const run: Run = { child, output: '', errors: '', ended: once(child, 'close').then(([code]) => Number(code)) };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      run.output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      run.errors += text;
    });
    return run;
  }
  async function finish(
    program: string,
    args: string[],
    broker?: string,
  ): Promise<Omit<Run, 'ended'> & { code: number }> {
    const run = start(program, args, broker);
    return { ...run, code: await run.ended, output: run.output, errors: run.errors };
  }

  it("sends the lecture's messages and prints them; where nothing answers it tries for a while, and says so", async () => {
    // Takes ten seconds, mostly of waiting, which need not come on top.
    const nowhere = finish('producer', ['--message', 'x'], '127.0.0.1:1');
    const sent = await finish('producer', []);
    expect(sent).toMatchObject({ code: 0, output: '' });
    expect(sent.errors).toContain('Sent "[ann]: This is message 3" to test_topic, partition 0, offset 2.\n');
    const read = await finish('consumer', ['-groupid', 'demo', '--idle', '1']);
    expect(read).toMatchObject({ code: 0, output: [1, 2, 3].map((n) => `[ann]: This is message ${n}\n`).join('') });
    expect(await finish('consumer', ['-groupid', 'demo', '--idle', '1'])).toMatchObject({ code: 0, output: '' });
    const again = await finish('consumer', ['-groupid', 'demo', '--from-beginning', '--count', '1', '--json']);
    expect(JSON.parse(again.output)).toMatchObject({ partition: 0, offset: 0, value: '[ann]: This is message 1' });

    const { code, errors } = await nowhere;
    expect(code).toBe(1);
    expect(errors).toContain('Nothing answers at 127.0.0.1:1 yet, trying again (2)...\n');
    expect(errors).toContain('producer: Nothing answers at 127.0.0.1:1: is the broker running');
  });

  it('sends what is piped in, in its order, and prints no more than was asked for', async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `line ${index}\n`).join('');
    const producer = start('producer', ['--topic', 'lines', '--raw'], kafka.broker, 'pipe');
    producer.child.stdin?.end(lines);
    expect(await producer.ended).toBe(0);
    const first = await finish('consumer', ['--topic', 'lines', '--count', '20000']);
    const rest = await finish('consumer', ['--topic', 'lines', '--idle', '1']);
    expect(first.output.split('\n')).toHaveLength(20_001);
    expect(first.output + rest.output).toBe(lines);
  });

  it('loses nothing of a load when the broker is killed in the middle', async () => {
    const producer = start('producer', ['--topic', 'playground', '--count', '20000', '--rate', '5000', '--json']);
    const follower = start('consumer', [
      '--topic',
      'playground',
      '--verify',
      '--expect',
      '20000',
      '--idle',
      '40',
      '--json',
    ]);
    // The load takes four seconds once it has begun.
    await vi.waitFor(async () => expect(await kafka.countMessages('playground')).toBeGreaterThan(2_000), 20_000);
    await kafka.kill();
    await kafka.restart();
    expect(await producer.ended, producer.errors).toBe(0);
    const summary = JSON.parse(producer.output) as { run: string; retried: number };
    expect(summary).toMatchObject({ acknowledged: 20_000, failed: 0, unsent: 0 });
    expect(summary.retried).toBeGreaterThan(0);
    expect(await follower.ended, follower.errors).toBe(0);
    expect(JSON.parse(follower.output)).toMatchObject({
      run: summary.run,
      messages: 20_000,
      missing: 0,
      outOfOrder: 0,
    });
    const fresh = await finish('consumer', [
      '--topic',
      'playground',
      '-groupid',
      'new',
      '--verify',
      '--expect',
      '20000',
    ]);
    expect(fresh.output).toBe(`20000 messages of run ${summary.run}: 0 missing, 0 duplicates, 0 out of order\n`);
  });

  it('commits what was printed and leaves the group at once at Ctrl-C', async () => {
    await finish('producer', ['--message', 'before']);
    const first = start('consumer', ['-groupid', 'leaving']);
    await vi.waitFor(() => expect(first.output).toContain('before'), 20_000);
    first.child.kill('SIGINT');
    expect(await first.ended).toBe(130);
    await finish('producer', ['--message', 'after']);
    const begun = performance.now();
    const second = await finish('consumer', ['-groupid', 'leaving', '--count', '1']);
    expect(second.output).toBe('[ann]: after\n');
    // A member that had not left would be waited for ten seconds.
    expect(performance.now() - begun).toBeLessThan(7_000);
  });

  it('shares the partitions with another member, and every message is printed', async () => {
    const members = [1, 2].map(() => start('consumer', ['--topic', 'shared', '-groupid', 'two']));
    const lines = Array.from({ length: 400 }, (_, index) => `${index}`);
    await vi.waitFor(() => expect(members.every(({ errors }) => errors.includes('No message'))).toBe(true), 20_000);
    const producer = start('producer', ['--topic', 'shared', '--raw'], kafka.broker, 'pipe');
    producer.child.stdin?.end(lines.join('\n'));
    expect(await producer.ended).toBe(0);
    const printed = () => new Set(members.flatMap(({ output }) => output.split('\n').filter((line) => line !== '')));
    await vi.waitFor(() => expect(printed().size).toBe(400), 20_000);
    expect(members.every(({ output }) => output !== '')).toBe(true);
    for (const { child } of members) child.kill('SIGTERM');
    expect(await Promise.all(members.map(({ ended }) => ended))).toEqual([143, 143]);
  });

  it('ends quietly when nobody reads any more', async () => {
    const consumer = start('consumer', ['--topic', 'lines', '-groupid', 'head']);
    consumer.child.stdout?.once('data', () => consumer.child.stdout?.destroy());
    expect(await consumer.ended).toBe(0);
    expect(consumer.errors).toBe('');
  });

  it.each([
    ['producer', ['--topic', 'nope', '--message', 'x'], /^producer: The topic nope does not exist\. There are lines, /],
    ['consumer', ['--topic', 'nope'], /^consumer: The topic nope does not exist/],
    ['producer', ['--username', 'ann', '--password', 'p', '--message', 'x'], /does not speak TLS on this port/],
  ])('%s %j ends with 1 and one line', async (program, args, text) => {
    const { code, errors } = await finish(program, args);
    expect(code).toBe(1);
    expect(errors).toMatch(text);
    expect(errors.trim()).not.toContain('\n');
  });

  it('says how large a message may be', async () => {
    const producer = start('producer', ['--raw'], kafka.broker, 'pipe');
    producer.child.stdin?.end('x'.repeat(2_000_000));
    expect(await producer.ended).toBe(1);
    expect(producer.errors).toContain('has 2000000 bytes, more than the topic test_topic takes: its limit is 1048588');
  });
});
