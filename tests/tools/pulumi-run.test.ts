/** What Pulumi does is told as it happens, and how it ended is true, whatever it prints. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { runUpdate, type UpdateResult } from '../../tools/launcher/pulumi-run.ts';
import { fakeCommand, printing, rememberingReport } from './fake-command.ts';
import { temporaryFolder } from './fake-project.ts';

/** Runs an update with a `pulumi` that is this script. */
async function runWith(script: string): Promise<{ result: UpdateResult; told: string[] }> {
  const { report, told } = rememberingReport();
  const env = fakeCommand('pulumi', script);
  const result = await runUpdate({ projectDir: temporaryFolder(), env, args: ['up', '--yes'], report });
  return { result, told };
}

const urn = (type: string, name: string): string => `urn:pulumi:dev::lab::${type}::${name}`;
const done = (op: string, type: string, name: string): string =>
  JSON.stringify({ resOutputsEvent: { metadata: { op, type, urn: urn(type, name) } } });
const said = (severity: string, message: string): string =>
  JSON.stringify({ diagnosticEvent: { prefix: `${severity}: `, message, color: 'never', severity } });
const summary = (resourceChanges: Record<string, number>): string =>
  JSON.stringify({ summaryEvent: { maybeCorrupt: false, durationSeconds: 3, resourceChanges } });

const CONTAINER = 'docker:index/container:Container';

test('an update that goes well: each resource as it is done, the hosts as they tell of themselves, the counts', async () => {
  const { result, told } = await runWith(
    printing([
      JSON.stringify({ sequence: 0, preludeEvent: { config: { 'lab:cloud': 'local' } } }),
      JSON.stringify({ resourcePreEvent: { metadata: { op: 'create', type: CONTAINER, urn: urn(CONTAINER, 'web') } } }),
      done('create', 'pulumi:pulumi:Stack', 'lab-dev'),
      done('create', 'pulumi:providers:docker', 'default_5_2_0'),
      done('create', 'docker:index/network:Network', 'network'),
      done('create', 'pulumi-nodejs:dynamic:Resource', 'credentials'),
      done('create', CONTAINER, 'web'),
      said('info', 'web: cloud-init init (2.1 s)\n'),
      said('info#err', 'from the program'),
      said('warning', 'this is late\n'),
      said(
        'warning',
        'provider config warning: Users not using loadbalancer resources can ignore this message. Support',
      ),
      done('same', CONTAINER, 'kafka-1'),
      done('delete-replaced', CONTAINER, 'ci-1'),
      done('create-replacement', CONTAINER, 'ci-1'),
      done('update', CONTAINER, 'database'),
      done('delete', CONTAINER, 'ci-2'),
      summary({ create: 4, same: 1 }),
    ]),
  );
  expect(told).toEqual([
    'network: network created',
    'credentials: resource created',
    'web: container created',
    'web: cloud-init init (2.1 s)',
    'from the program',
    'warning: this is late',
    'ci-1: container removed, to be replaced',
    'ci-1: container created anew',
    'database: container changed',
    'ci-2: container deleted',
  ]);
  expect(result).toEqual({ ok: true, changes: { create: 4, same: 1 }, errors: [] });
});

test('an update that fails: the reasons, without the lines that only say that there are some', async () => {
  const { result } = await runWith(
    `${printing([
      said('error', 'Running program /lab/index.ts failed with an unhandled exception:\n'),
      said('error', 'Host web is not ready: web.service is failed\nThe last lines of its log:\n  no\n'),
      said('error', 'update failed\n'),
      said('error', '\n'),
      summary({ create: 1 }),
    ])}\nexit 255`,
  );
  expect(result).toEqual({
    ok: false,
    changes: { create: 1 },
    errors: ['Host web is not ready: web.service is failed\nThe last lines of its log:\n  no'],
  });
});

test('an error of a provider is told with the resource that it is about', async () => {
  const failed = (type: string, name: string, message: string): string =>
    JSON.stringify({ diagnosticEvent: { urn: urn(type, name), message, severity: 'error' } });
  const { result } = await runWith(
    `${printing([
      failed('command:remote:Command', 'web-arrivals', 'context deadline exceeded\n'),
      failed(`my:index:Part$${CONTAINER}`, 'web', 'port is already allocated'),
      failed('pulumi:pulumi:Stack', 'lab-dev', 'Host web is not ready'),
      failed('pulumi:providers:docker', 'default_5_2_0', 'no engine'),
    ])}\nexit 255`,
  );
  expect(result.errors).toEqual([
    'web-arrivals (command): context deadline exceeded',
    'web (container): port is already allocated',
    'Host web is not ready',
    'no engine',
  ]);
});

test('an update that is refused before it begins gives the words of standard error', async () => {
  const { result } = await runWith('echo "error: the stack is locked by process 7" >&2; exit 1');
  expect(result).toEqual({ ok: false, changes: {}, errors: ['the stack is locked by process 7'] });
});

test('what is no event is passed over', async () => {
  const lines = ['', 'Downloading plugin...', 'null', '7', '"text"', '[]', '{"cut', '{}', summary({ same: 2 })];
  const { result, told } = await runWith(printing(lines));
  expect(told).toEqual([]);
  expect(result).toEqual({ ok: true, changes: { same: 2 }, errors: [] });
});

test('the status decides: an update that reports an error and ends with 0 is done', async () => {
  const { result } = await runWith(printing([said('error', 'retried')]));
  expect(result).toEqual({ ok: true, changes: {}, errors: ['retried'] });
});

test.each([
  ['exit 7', 'pulumi up ended with status 7 and said nothing.'],
  ['kill -KILL $$', 'pulumi up was ended by SIGKILL.'],
])('a pulumi that dies without a word (%s) is said to have done so', async (script, words) => {
  const { result } = await runWith(script);
  expect(result).toEqual({ ok: false, changes: {}, errors: [words] });
});

test('a machine that does not answer yet is said once to be waited for', async () => {
  const dial = (attempt: number): string =>
    JSON.stringify({
      diagnosticEvent: {
        urn: urn('command:remote:Command', 'web-arrivals'),
        message: `Dial ${attempt}/inf failed: retrying`,
        severity: 'info',
      },
    });
  const { told } = await runWith(printing([dial(1), dial(2), dial(3)]));
  expect(told).toEqual(['web-arrivals: waits for an answer over SSH']);
});

test('what is under way can be told at any time, until the end', async () => {
  const { report } = rememberingReport();
  const stop = vi.fn();
  const keepTelling = vi.fn((_describe: () => string) => stop);
  const describe = (): string | undefined => keepTelling.mock.lastCall?.[0]();
  const folder = temporaryFolder();
  const begun = (op: string, type: string, name: string): string =>
    JSON.stringify({ resourcePreEvent: { metadata: { op, type, urn: urn(type, name) } } });
  const lines = [
    begun('create', 'pulumi:pulumi:Stack', 'lab-dev'),
    begun('same', CONTAINER, 'kafka-1'),
    begun('create', CONTAINER, 'web'),
    begun('create', CONTAINER, 'ci-1'),
    begun('create', CONTAINER, 'ci-2'),
    done('create', CONTAINER, 'web'),
    said('info', 'web: cloud-init init (2.1 s)'),
    JSON.stringify({ resOpFailedEvent: { metadata: { op: 'create', type: CONTAINER, urn: urn(CONTAINER, 'ci-2') } } }),
  ];
  const env = fakeCommand('pulumi', `${printing(lines)}\nuntil [ -e ${folder}/end ]; do sleep 0.05; done`);
  const running = runUpdate({ projectDir: folder, env, args: ['up'], report: { ...report, keepTelling } });
  await vi.waitFor(() => expect(describe()).toBe('still waiting for web (cloud-init init), ci-1 (container)'));
  expect(stop).not.toHaveBeenCalled();
  writeFileSync(join(folder, 'end'), '');
  await running;
  expect(stop).toHaveBeenCalledOnce();
});

test('a launcher that is asked to end has the CLI cancel what it does, and forgets it afterwards', async () => {
  const before = process.listeners('SIGTERM');
  const { report, told } = rememberingReport();
  const env = fakeCommand(
    'pulumi',
    `trap 'exit 9' INT; ${printing([said('info', 'begun')])}\nwhile :; do sleep 0.05; done`,
  );
  const running = runUpdate({ projectDir: temporaryFolder(), env, args: ['up'], report });
  await vi.waitFor(() => expect(told).toEqual(['begun']));
  for (const listener of process.listeners('SIGTERM')) if (!before.includes(listener)) listener('SIGTERM');
  expect(await running).toMatchObject({ ok: false, errors: ['pulumi up ended with status 9 and said nothing.'] });
  expect(process.listeners('SIGTERM')).toEqual(before);
});

test('a pulumi that is missing is a failure in words', async () => {
  const { report } = rememberingReport();
  const folder = temporaryFolder();
  await expect(runUpdate({ projectDir: folder, env: { PATH: folder }, args: ['up'], report })).rejects.toThrow(
    /pulumi could not be started: .*ENOENT/,
  );
});

test('the CLI is asked for events, in the folder of the project, without questions', async () => {
  const { report } = rememberingReport();
  const projectDir = temporaryFolder();
  const env = fakeCommand('pulumi', 'echo "$PWD $*" >asked');
  await runUpdate({ projectDir, env, args: ['destroy', '--stack', 'dev'], report });
  const asked = readFileSync(join(projectDir, 'asked'), 'utf8');
  expect(asked).toBe(`${projectDir} destroy --stack dev --json --non-interactive\n`);
});
