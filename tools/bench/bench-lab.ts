/** The lab of a benchmark: one of its own, from a copy of the checkout, given back whatever happens. */
import { rm } from 'node:fs/promises';
import { localTarget } from '../../infra/clouds/local/target.ts';
import type { LabOutputs } from '../../infra/outputs.ts';
import { Problem } from '../../infra/problem.ts';
import { removeClientFiles } from '../launcher/client-files.ts';
import type { LabContext } from '../launcher/context.ts';
import { isKnownHere } from '../launcher/known-labs.ts';
import type { Report } from '../launcher/report.ts';
import { copyCheckout } from './checkout.ts';
import { run } from './commands.ts';

export type BenchOptions = {
  context: LabContext;
  runs: number;
  report: Report;
  /** Interrupts it: the lab is given back all the same. */
  signal: AbortSignal;
};

/** Settings of a lab whose clients are all at one address: that of this machine. */
export const MANY_CLIENTS = ['-c', 'lab:clientsPerAddress=2000'] as const;

/** What a part of the benchmark works with. */
export type Bench = BenchOptions & {
  /** Name of the lab's stack. */
  stack: string;
  /** Folder of the copy, which it may change. */
  copy: string;
};

/** Does `work` with a name and a copy for a lab, everything that a lab needs prepared, and gives the lab back. */
export async function onBenchLab(options: BenchOptions, work: (bench: Bench) => Promise<void>): Promise<void> {
  const { context, report, signal } = options;
  const { projectDir, cacheDir, dataDir } = context.paths;
  // A copy shares the installed packages, so they have to be there and whole before.
  await run('./lab', ['--help'], { cwd: projectDir, signal });
  const stack = `bench-${process.pid}`;
  await localTarget.prepare({ stack, projectDir, cacheDir, dataDir, images: true, step: report.step });
  const bench = { ...options, stack, copy: await copyCheckout(projectDir) };
  try {
    await work(bench);
  } finally {
    await giveBack(bench);
  }
}

/** `./lab` in the copy. @returns what it printed */
export function runLab({ copy, signal }: Bench, args: readonly string[]): Promise<string> {
  return run('./lab', args, { cwd: copy, signal });
}

/** Brings the lab up, or to what `flags` say. */
export async function bringUp(bench: Bench, ...flags: string[]): Promise<LabOutputs> {
  return JSON.parse(await runLab(bench, ['up', bench.stack, '--json', ...flags])) as LabOutputs;
}

export async function bringDown(bench: Bench): Promise<void> {
  await runLab(bench, ['down', bench.stack]);
}

/** Removes the lab, the containers beside it, and every file of the benchmark. @throws Problem naming what is left */
async function giveBack({ context, stack, copy, report }: Bench): Promise<void> {
  // A part that measures `./lab down` has given it back already.
  if (isKnownHere({ ...context, paths: { ...context.paths, projectDir: copy } }, stack)) {
    // Without the signal: an interrupted benchmark gives everything back, too.
    await report
      .step('giving everything back', () => run('./lab', ['down', stack], { cwd: copy }))
      .catch((error: Error) => {
        throw new Problem(`The benchmark's lab is not all gone; ./lab down ${stack} tries again.\n${error.message}`);
      });
  }
  removeClientFiles(context, stack);
  await rm(copy, { recursive: true, force: true });
}
