/** A container that does not work is told of by what the engine knows: how often it was restarted, how it ended, its own last lines. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createLocalCloud } from '../../../infra/clouds/local/index.ts';
import { labWith, PROJECT_DIR } from '../../helpers/lab.ts';
import { recordRegistrations } from '../../helpers/mocks.ts';
import { fakeCommand } from '../../tools/fake-command.ts';

type Engine = {
  /** `status restarts exit-code oom-killed`, as the engine's template gives it; nothing: there is no such container. */
  state?: string;
  log?: string[];
};

/** What the local cloud says of a part of the stack `alice`, where the engine answers so. */
async function explain(name: string, { state, log = [] }: Engine): Promise<string | undefined> {
  const lines = log.map((line) => `printf '%b\\n' '${line}'`).join('\n');
  const answers = `
case "$*" in
*inspect*lab-alice-${name}) ${state === undefined ? 'echo "No such container" >&2; exit 1' : `echo '${state}'`} ;;
"logs "*" lab-alice-${name}") ${lines === '' ? ':' : lines} ;;
*) echo "nobody expected $*" >&2; exit 1 ;;
esac`;
  vi.stubEnv('PATH', fakeCommand('docker', answers).PATH);
  recordRegistrations({ 'docker:index/network:Network': () => ({}) });
  const cloud = createLocalCloud(labWith({}, 'alice'), { projectDir: PROJECT_DIR });
  return cloud.explainFailure?.(name);
}

afterEach(() => vi.unstubAllEnvs());

describe('a host', () => {
  test('that restarts over and over is told with its count, how it ended, and its own last lines as plain text', async () => {
    const log = [
      '\\033[!p\\033]104\\007\\033[?7hsystemd 257 running in system mode',
      '',
      '\\033[0;1;31mFailed to create control group inotify object: Too many open files\\033[0m\\r',
      '[\\033[0;1;31m!!!!!!\\033[0m] Failed to allocate manager object.',
    ];
    expect(await explain('kafka-1', { state: 'restarting 7 255 false', log })).toBe(
      [
        'Its container lab-alice-kafka-1 was restarted 7 times, and last ended with status 255. The last lines of its log:',
        '  systemd 257 running in system mode',
        '  Failed to create control group inotify object: Too many open files',
        '  [!!!!!!] Failed to allocate manager object.',
      ].join('\n'),
    );
  });

  test('whose memory did not suffice is told so', async () => {
    expect(await explain('kafka-1', { state: 'running 1 137 true' })).toBe(
      'Its container lab-alice-kafka-1 was restarted once, and last ended with status 137 (out of memory).',
    );
  });

  test.each([
    ['exited 0 0 false', 'is not running: exited with status 0. docker start lab-alice-web starts it.'],
    ['created 0 128 false', 'is not running: created with status 128. docker start lab-alice-web starts it.'],
  ])('that is stopped is told so (%s)', async (state, text) => {
    expect(await explain('web', { state })).toBe(`Its container lab-alice-web ${text}`);
  });

  test('that somebody has removed is told so', async () => {
    expect(await explain('web', {})).toBe('Its container lab-alice-web is not there any more.');
  });

  test('that runs has a journal of its own, which says more', async () => {
    expect(await explain('web', { state: 'running 0 0 false', log: ['cloud-init: done'] })).toBeUndefined();
  });
});

test('a container beside the hosts has no journal: its own last lines are told, also while it runs', async () => {
  const log = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`);
  const text = await explain('numbers', { state: 'running 0 0 false', log });
  expect(text?.split('\n')).toEqual([
    'The last lines of the log of its container lab-alice-numbers:',
    ...log.slice(-12).map((line) => `  ${line}`),
  ]);
});
