/** A host is ready when it says so itself; one that is not is told with what it was at, and what to run. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gatherFailures, HostNotReady, type HostReport, waitUntilReady, watchCommand } from '../../infra/ready.ts';
import { printing } from '../tools/fake-command.ts';
import { temporaryFolder } from '../tools/fake-project.ts';

const line = (report: Partial<HostReport>): string => JSON.stringify({ host: 'web', state: 'starting', ...report });
const healthy = line({ state: 'healthy', stage: 'healthy' });

/** Waits for a host whose watcher is this shell script. @returns the stages that were told */
async function watch(
  script: string,
  timeout = 20,
  unansweredAfter = 5,
  explain?: () => Promise<string | undefined>,
): Promise<string[]> {
  const stages: string[] = [];
  const onStage = (stage: string): void => void stages.push(stage);
  const command = ['sh', '-c', script];
  const options = { host: 'web', stack: 'dev', command, timeout, onStage, unansweredAfter };
  await waitUntilReady(explain === undefined ? options : { ...options, explain });
  return stages;
}

describe('a host', () => {
  test('that becomes healthy tells its stages on the way', async () => {
    const lines = [line({ stage: 'cloud-init init' }), line({ stage: 'web.service is activating' }), healthy];
    expect(await watch(printing(lines))).toEqual(['cloud-init init', 'web.service is activating', 'healthy']);
  });

  test('that has failed is told at once: why, the last lines of its log, and what to run', async () => {
    const failed = line({ state: 'failed', stage: 'x', reason: 'web.service is failed', log: ['one', 'two'] });
    const waiting = watch(`${printing([failed])}\nexit 1`, 3600);
    await expect(waiting).rejects.toThrow(HostNotReady);
    await expect(waiting).rejects.toThrow(
      /^Host web is not ready: web\.service is failed\nThe last lines of its log:\n {2}one\n {2}two\nIt stays up to be looked at: \.\/lab logs -s dev web, \.\/lab ssh -s dev web$/,
    );
  });

  test('that has failed without a reason is told with its stage, and no empty log', async () => {
    const failed = line({ state: 'failed', stage: 'cloud-init init' });
    await expect(watch(printing([failed]))).rejects.toThrow(
      /^Host web is not ready: cloud-init init\nIt stays up to be looked at/,
    );
  });

  test('whose watcher cannot be started yet is asked again', async () => {
    const file = join(temporaryFolder(), 'asked');
    const script = `echo x >>${file}; test $(wc -l <${file}) -ge 3 || { echo "is not running" >&2; exit 1; }\n${printing([healthy])}`;
    expect(await watch(script)).toEqual(['healthy']);
    expect(readFileSync(file, 'utf8')).toBe('x\nx\nx\n');
  });

  test('that does not answer for a while is said not to, once', async () => {
    const file = join(temporaryFolder(), 'asked');
    const script = `echo x >>${file}; test $(wc -l <${file}) -ge 4 || exit 255\n${printing([healthy])}`;
    expect(await watch(script, 20, 0.5)).toEqual(['does not answer yet', 'healthy']);
  });

  test('whose watcher is cut off is watched again, from where it is', async () => {
    const file = join(temporaryFolder(), 'cut');
    const script = `test -e ${file} && exec echo '${healthy}'; touch ${file}; echo '${line({ stage: 'booted' })}'; kill -KILL $$`;
    expect(await watch(script)).toEqual(['booted', 'healthy']);
    expect(existsSync(file)).toBe(true);
  });

  test('that never is healthy is told with its last stage, the limit, and what to run', async () => {
    await expect(watch(printing([line({ stage: 'kafka.service does not answer' })]), 1)).rejects.toThrow(
      'Host web did not become ready within 1 s: it was last seen at: kafka.service does not answer.\nIt stays up to be looked at: ./lab logs -s dev web, ./lab ssh -s dev web',
    );
  });

  test.each([
    ['echo "No such container" >&2; exit 1', 'No such container'],
    ['exit 1', 'it never answered'],
  ])('that never answers is told with what its watcher complained of (%s)', async (script, complaint) => {
    await expect(watch(script, 1)).rejects.toThrow(`Host web did not become ready within 1 s: ${complaint}.`);
  });

  const restarts = 'Its container was restarted 7 times. The last lines of its log:\n  Too many open files';

  test.each([
    ['never answers', 'echo "is restarting" >&2; exit 1', 'within 1 s: is restarting.'],
    ['has failed', `${printing([line({ state: 'failed', stage: 'x' })])}\nexit 1`, 'is not ready: x'],
  ])('that %s is told with what its cloud knows of it', async (_, script, complaint) => {
    const waiting = watch(script, 1, 5, async () => restarts);
    await expect(waiting).rejects.toThrow(`${complaint}\n${restarts}\nIt stays up to be looked at`);
  });

  test('of which its cloud knows nothing, or cannot say it, is told without', async () => {
    const told = /is restarting\.\nIt stays up to be looked at/;
    const script = 'echo "is restarting" >&2; exit 1';
    await expect(watch(script, 0.5, 5, async () => undefined)).rejects.toThrow(told);
    await expect(watch(script, 0.5, 5, () => Promise.reject(new Error('no engine')))).rejects.toThrow(told);
  });

  test('that becomes healthy is not asked about', async () => {
    const explain = () => expect.fail('the cloud was asked');
    expect(await watch(printing([healthy]), 20, 5, explain)).toEqual(['healthy']);
  });

  test('whose watcher is not installed is told so within the limit', async () => {
    const options = {
      host: 'web',
      stack: 'dev',
      command: ['lab-no-such-program'],
      timeout: 1,
      onStage: () => undefined,
    };
    await expect(waitUntilReady(options)).rejects.toThrow(/within 1 s: .*lab-no-such-program.*ENOENT/);
  });

  test('may print what is no report: it is passed over', async () => {
    const garbage = ['', 'Unit started.', '{"cut', 'null', '7', '"text"', '[]', '{}', '{"stage":1}'];
    expect(await watch(printing([...garbage, healthy, ...garbage]))).toEqual(['healthy']);
  });
});

test('a host is watched by its own status command, with the limit', () => {
  expect(watchCommand(180)).toEqual(['/usr/local/lib/lab/host-status', '--watch', '180']);
});

describe('hosts that fail together', () => {
  test('are told together, so that the one at fault is among them', async () => {
    const together = gatherFailures(50);
    const fail = (host: string) => (): Promise<void> => Promise.reject(new HostNotReady(`Host ${host} is not ready`));
    const told = await Promise.allSettled([
      together(fail('web')),
      together(fail('storage')),
      together(async () => undefined),
    ]);
    expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
    const [first] = told;
    expect(first.status === 'rejected' && first.reason).toEqual(
      new HostNotReady('Host web is not ready\nHost storage is not ready'),
    );
  });

  test('do not hide an error of another kind', async () => {
    await expect(gatherFailures(50)(() => Promise.reject(new TypeError('a mistake')))).rejects.toThrow(TypeError);
  });
});
