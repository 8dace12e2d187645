/** Measures a lab of its own, run after run, and gives it back whatever happens. */
import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { localTarget } from '../../infra/clouds/local/target.ts';
import type { LabOutputs } from '../../infra/outputs.ts';
import { Problem } from '../../infra/problem.ts';
import type { LabContext } from '../launcher/context.ts';
import type { Report } from '../launcher/report.ts';
import { waitUntil } from '../launcher/wait-until.ts';
import { prepareBareHosts } from './bare-hosts.ts';
import { copyCheckout, markTitle } from './checkout.ts';
import { run, timed } from './commands.ts';
import type { MeasureName, Samples } from './measures.ts';
import { sumMemory } from './memory.ts';
import { readResources } from './recorded-resources.ts';

export type BenchOptions = {
  context: LabContext;
  runs: number;
  report: Report;
  /** Interrupts it: the lab is given back all the same. */
  signal: AbortSignal;
};

/** What a part of the benchmark works with. */
type Bench = BenchOptions & { stack: string; copy: string };

/** How long a lab is left alone before its memory counts as that of an idle one. */
const SETTLE_MS = 10_000;
const PAGE_LIMIT_MS = 10_000;

/** @returns the values of each run; one more run before them warms every cache and does not count */
export async function measureLab(options: BenchOptions): Promise<Samples> {
  const { context, runs, report, signal } = options;
  const { projectDir, cacheDir, dataDir } = context.paths;
  const stack = `bench-${process.pid}`;
  const samples: Record<MeasureName, number[]> = {
    up: [],
    bare: [],
    ratio: [],
    noop: [],
    changed: [],
    down: [],
    memory: [],
  };
  // A copy shares the installed packages, so they have to be there and whole before.
  await run('./lab', ['--help'], { cwd: projectDir, signal });
  await localTarget.prepare({ projectDir, cacheDir, dataDir, step: report.step });
  const copy = await copyCheckout(projectDir);
  const bench: Bench = { ...options, stack, copy };
  try {
    await report.step('to warm up: ./lab up', () => lab(bench, 'up'));
    await report.step('to warm up: ./lab down', () => lab(bench, 'down'));
    for (let number = 1; number <= runs; number++) {
      const add = (name: MeasureName, value: number): void => void samples[name].push(value);
      await measureOnce(bench, number, add);
    }
  } finally {
    await giveBack(bench);
  }
  return samples;
}

async function measureOnce(
  bench: Bench,
  number: number,
  add: (name: MeasureName, value: number) => void,
): Promise<void> {
  const { report, runs, stack, signal } = bench;
  const step = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    report.step(`run ${number} of ${runs}: ${name}`, work);

  const up = await step('./lab up', () => timed(() => lab(bench, 'up')));
  add('up', up);
  add('noop', await step('./lab up, nothing changed', () => timed(() => lab(bench, 'up'))));
  add('memory', await step('memory', () => idleMemory(bench)));
  const recorded = readResources(
    await runLab(bench, ['pulumi', 'stack', 'export', '--show-secrets', '--stack', stack]),
  );
  add(
    'changed',
    await step('./lab up, the web app changed', () => changeWebApp(bench, `bench ${process.pid}.${number}`)),
  );
  add('down', await step('./lab down', () => timed(() => lab(bench, 'down'))));

  const hosts = await prepareBareHosts(recorded);
  try {
    const bare = await step('the same containers by docker alone', () =>
      timed(() => orInterrupted(hosts.start(signal), signal)),
    );
    add('bare', bare);
    add('ratio', up / bare);
  } finally {
    await hosts.forget();
  }
  await step('removing them', async () => localTarget.removeResources(await localTarget.listResources(stack)));
}

/** Seconds from a change in the web app's source until its page has it. */
async function changeWebApp(bench: Bench, mark: string): Promise<number> {
  const { context, copy } = bench;
  await markTitle(context.paths.projectDir, copy, mark);
  return timed(async () => {
    const { webUrl } = JSON.parse(await lab(bench, 'up', '--json')) as LabOutputs;
    const seen = await waitUntil(async () => ((await readPage(webUrl)).includes(mark) ? true : undefined), {
      limitMs: PAGE_LIMIT_MS,
      everyMs: 50,
    });
    if (seen === undefined) throw new Problem(`./lab up has ended, but the page at ${webUrl} is still the old one.`);
  });
}

async function readPage(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PAGE_LIMIT_MS) });
  return response.text();
}

async function idleMemory({ stack, signal }: Bench): Promise<number> {
  await delay(SETTLE_MS, undefined, { signal });
  const containers = (await localTarget.listResources(stack)).filter(({ kind }) => kind === 'container');
  const ids = containers.map(({ id }) => id);
  return sumMemory(await run('docker', ['stats', '--no-stream', '--format', '{{.MemUsage}}', ...ids], { signal }));
}

function lab(bench: Bench, verb: 'up' | 'down', ...flags: string[]): Promise<string> {
  return runLab(bench, [verb, bench.stack, ...flags]);
}

function runLab({ copy, signal }: Bench, args: readonly string[]): Promise<string> {
  return run('./lab', args, { cwd: copy, signal });
}

/** A wait that nothing else ends is left alone when the benchmark is interrupted. */
function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  ]);
}

/** Removes the lab, the containers beside it, and every file of the benchmark. @throws Problem naming what is left */
async function giveBack({ context, stack, copy, report }: Bench): Promise<void> {
  // Without the signal: an interrupted benchmark gives everything back, too.
  await report
    .step('giving everything back', () => run('./lab', ['down', stack], { cwd: copy }))
    .catch((error: Error) => {
      throw new Problem(`The benchmark's lab is not all gone; ./lab down ${stack} tries again.\n${error.message}`);
    });
  const { dataDir } = context.paths;
  rmSync(join(dataDir, 'authorities', `${stack}.pem`), { force: true });
  rmSync(join(dataDir, 'ssh', `known_hosts.${stack}`), { force: true });
  await rm(copy, { recursive: true, force: true });
}
