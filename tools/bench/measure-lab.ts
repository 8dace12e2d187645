/** Measures the whole lab, run after run. */
import { setTimeout as delay } from 'node:timers/promises';
import { localTarget } from '../../infra/clouds/local/target.ts';
import { Problem } from '../../infra/problem.ts';
import { waitUntil } from '../launcher/wait-until.ts';
import { prepareBareHosts } from './bare-hosts.ts';
import { type Bench, type BenchOptions, bringDown, bringUp, onBenchLab, runLab } from './bench-lab.ts';
import { markTitle } from './checkout.ts';
import { run, timed } from './commands.ts';
import type { LabMeasure, Samples } from './measures.ts';
import { sumMemory } from './memory.ts';
import { readResources } from './recorded-resources.ts';

/** How long a lab is left alone before its memory counts as that of an idle one. */
const SETTLE_MS = 10_000;
const PAGE_LIMIT_MS = 10_000;

/** @returns the values of each run; one more run before them warms every cache and does not count */
export async function measureLab(options: BenchOptions): Promise<Samples<LabMeasure>> {
  const { runs, report } = options;
  const samples: Record<LabMeasure, number[]> = {
    up: [],
    bare: [],
    ratio: [],
    noop: [],
    changed: [],
    down: [],
    memory: [],
  };
  await onBenchLab(options, async (bench) => {
    await report.step('to warm up: ./lab up', () => bringUp(bench));
    await report.step('to warm up: ./lab down', () => bringDown(bench));
    for (let number = 1; number <= runs; number++) {
      await measureOnce(bench, number, (name, value) => void samples[name].push(value));
    }
  });
  return samples;
}

async function measureOnce(
  bench: Bench,
  number: number,
  add: (name: LabMeasure, value: number) => void,
): Promise<void> {
  const { report, runs, stack, signal } = bench;
  const step = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    report.step(`run ${number} of ${runs}: ${name}`, work);

  const up = await step('./lab up', () => timed(() => bringUp(bench)));
  add('up', up);
  add('noop', await step('./lab up, nothing changed', () => timed(() => bringUp(bench))));
  add('memory', await step('memory', () => idleMemory(bench)));
  const recorded = readResources(
    await runLab(bench, ['pulumi', 'stack', 'export', '--show-secrets', '--stack', stack]),
  );
  add(
    'changed',
    await step('./lab up, the web app changed', () => changeWebApp(bench, `bench ${process.pid}.${number}`)),
  );
  add('down', await step('./lab down', () => timed(() => bringDown(bench))));

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
  await step('removing them', async () =>
    localTarget.removeResources(await localTarget.listResources(stack), () => undefined),
  );
}

/** Seconds from a change in the web app's source until its page has it. */
async function changeWebApp(bench: Bench, mark: string): Promise<number> {
  const { context, copy } = bench;
  await markTitle(context.paths.projectDir, copy, mark);
  return timed(async () => {
    const { webUrl } = await bringUp(bench);
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

/** A wait that nothing else ends is left alone when the benchmark is interrupted. */
function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
  ]);
}
