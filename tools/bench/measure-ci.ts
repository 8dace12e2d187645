/** Measures the CI service: what it adds to a command, how soon its log is seen, how many runs it does in a minute. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resourceName } from '../../infra/naming.ts';
import type { LabOutputs } from '../../infra/outputs.ts';
import { type Bench, type BenchOptions, bringUp, MANY_CLIENTS, onBenchLab, runLab } from './bench-lab.ts';
import { finishRun, followDelays, requestRuns } from './ci-client.ts';
import { run, timed } from './commands.ts';
import { type CiMeasure, median, type Samples } from './measures.ts';

const BUSY_RUNS = 20;
const WAITING_RUNS = 12;
/** What a run of the sample comes to without a lab, on the runner's host: prints its seconds. */
const BARE_COMMAND = `set -e
cd /tmp/bare/src
begin=$(date +%s%N)
/tmp/bare/venv/bin/python -m pytest -q --doctest-modules --cov=. --cov-report=html:/tmp/bare/html \\
  --cov-report=json:/tmp/bare/coverage.json --cov-report=term --junitxml=/tmp/bare/junit.xml -p no:cacheprovider >/dev/null
end=$(date +%s%N)
echo $(( (end - begin) / 1000000 ))`;
const PREPARE_BARE = `set -e
# Where a network's own authority signs, it is in the system's bundle and not in the tool's own.
export SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
rm -rf /tmp/bare && mkdir /tmp/bare
git clone --quiet http://ci-1:8080/git/myapp.git /tmp/bare/src
uv venv --quiet --python /usr/bin/python3 /tmp/bare/venv
cd /tmp/bare/src
uv pip install --quiet --python /tmp/bare/venv/bin/python --compile-bytecode . -r requirements.txt`;

/** Jobs of the benchmark, as branches of the sample: what lab-ci.yaml says on each. */
const BRANCHES: Readonly<Record<string, string>> = {
  waiting: 'install: []\ntest: sleep 5\n',
  printing: `install: []\ntest: python3 -uc 'import time; [(print("at", time.time()), time.sleep(0.2)) for _ in range(20)]'\n`,
};

/** @returns the values of each run; one more run before them warms every cache and does not count */
export async function measureCi(options: BenchOptions): Promise<Samples<CiMeasure>> {
  const { runs, report } = options;
  const samples: Record<CiMeasure, number[]> = {
    run: [],
    command: [],
    overhead: [],
    log: [],
    busy1: [],
    busy3: [],
    busyRatio: [],
    waiting1: [],
    waiting3: [],
    waitingRatio: [],
  };
  const add = (name: CiMeasure, value: number): void => void samples[name].push(value);
  await onBenchLab(options, async (bench) => {
    const one = await report.step('CI, 1 runner host: ./lab up', () =>
      bringUp(bench, '-c', 'lab:ciRunners=1', ...MANY_CLIENTS),
    );
    await report.step('to warm up', () => prepareJobs(bench, one));
    for (let number = 1; number <= runs; number++) {
      await report.step(`CI, run ${number} of ${runs}: a run beside its bare command`, () =>
        measureRun(bench, one, add),
      );
      add('log', await report.step(`CI, run ${number} of ${runs}: the log`, async () => measureLog(one)));
      add('busy1', await report.step(`CI, run ${number} of ${runs}: many runs`, () => runsPerMinute(one, 'busy')));
      add(
        'waiting1',
        await report.step(`CI, run ${number} of ${runs}: runs that wait`, () => runsPerMinute(one, 'waiting')),
      );
    }
    const three = await report.step('CI, 3 runner hosts: ./lab up', () => bringUp(bench, '-c', 'lab:ciRunners=3'));
    // Each runner has packages of its own to fetch.
    await report.step('to warm up', () => runsPerMinute(three, 'busy'));
    for (let number = 1; number <= runs; number++) {
      add('busy3', await report.step(`CI, run ${number} of ${runs}: many runs`, () => runsPerMinute(three, 'busy')));
      add(
        'waiting3',
        await report.step(`CI, run ${number} of ${runs}: runs that wait`, () => runsPerMinute(three, 'waiting')),
      );
    }
    add('busyRatio', median(samples.busy3) / median(samples.busy1));
    add('waitingRatio', median(samples.waiting3) / median(samples.waiting1));
  });
  return samples;
}

async function measureRun(
  bench: Bench,
  { apiUrl }: LabOutputs,
  add: (name: CiMeasure, value: number) => void,
): Promise<void> {
  const command = Number(await onRunner(bench, BARE_COMMAND)) / 1000;
  const whole = await timed(async () => {
    const [id = ''] = await requestRuns(apiUrl, ['main']);
    await finishRun(apiUrl, id);
  });
  add('command', command);
  add('run', whole);
  // What is promised: 1.3 times the command or 2 s more, whichever is larger; of a short command, the latter.
  add('overhead', whole - command);
}

/** Milliseconds until a client has a line, the worst of a run. */
async function measureLog({ apiUrl }: LabOutputs): Promise<number> {
  const [id = ''] = await requestRuns(apiUrl, ['printing']);
  return Math.max(...(await followDelays(apiUrl, id)));
}

async function runsPerMinute({ apiUrl }: LabOutputs, kind: 'busy' | 'waiting'): Promise<number> {
  const count = kind === 'busy' ? BUSY_RUNS : WAITING_RUNS;
  const branches = Array.from({ length: count }, (_, index) => `${kind}-${index + 1}`);
  const seconds = await timed(async () => {
    const ids = await requestRuns(apiUrl, branches);
    await Promise.all(ids.map((id) => finishRun(apiUrl, id)));
  });
  return (count / seconds) * 60;
}

/** Pushes the branches that are run, and waits until the runs that this starts are over. */
async function prepareJobs(bench: Bench, { apiUrl }: LabOutputs): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cloud-lab-bench-jobs-'));
  const outputs = await runLab(bench, [
    'pulumi',
    'stack',
    'output',
    '--json',
    '--show-secrets',
    '--stack',
    bench.stack,
  ]);
  const { gitPushUrl } = JSON.parse(outputs) as { gitPushUrl: string };
  const url = `${gitPushUrl}/myapp.git`;
  const git = (...args: string[]): Promise<string> =>
    run('git', ['-C', folder, '-c', 'user.name=Bench', '-c', 'user.email=bench@example.org', ...args], {
      signal: bench.signal,
    });
  try {
    await run('git', ['clone', '--quiet', url, folder], { signal: bench.signal });
    const copies = (kind: string, count: number): string[] =>
      Array.from({ length: count }, (_, index) => `HEAD:refs/heads/${kind}-${index + 1}`);
    await git('push', '--quiet', url, ...copies('busy', BUSY_RUNS));
    for (const [branch, text] of Object.entries(BRANCHES)) {
      await git('checkout', '--quiet', '-B', branch, 'origin/main');
      await run('sh', ['-c', 'printf %s "$1" > "$2"', 'sh', text, join(folder, 'lab-ci.yaml')], {
        signal: bench.signal,
      });
      await git('add', 'lab-ci.yaml');
      await git('commit', '--quiet', '--message', branch);
      await git(
        'push',
        '--quiet',
        url,
        `HEAD:refs/heads/${branch}`,
        ...(branch === 'waiting' ? copies(branch, WAITING_RUNS) : []),
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  await runsPerMinute({ apiUrl } as LabOutputs, 'busy');
  await runsPerMinute({ apiUrl } as LabOutputs, 'waiting');
  await onRunner(bench, PREPARE_BARE);
  await onRunner(bench, BARE_COMMAND);
}

function onRunner({ stack, signal }: Bench, script: string): Promise<string> {
  return run('docker', ['exec', resourceName(stack, 'ci-1'), 'bash', '-c', script], { signal });
}
