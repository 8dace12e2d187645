/** `npm run bench`: how long the local lab and its services take, beside the limits that the project promises. */
import { availableParallelism, totalmem } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createContext } from '../launcher/context.ts';
import { createReport } from '../launcher/report.ts';
import { measureCi } from './measure-ci.ts';
import { measureLab } from './measure-lab.ts';
import { measureStream } from './measure-stream.ts';
import { CI_MEASURES, type Figure, LAB_MEASURES, STREAM_MEASURES, summarize } from './measures.ts';
import { formatTable } from './table.ts';

const SUBJECTS = ['lab', 'ci', 'stream'] as const;
type Subject = (typeof SUBJECTS)[number];
type Options = { runs: number; only?: Subject; json?: true; strict?: true };

const { runs, only, json, strict } = new Command('bench')
  .description(
    'Measures a lab of its own on this machine: up, down, changes, memory, the CI, the stream and the chat. It is given back at the end, also after Ctrl-C.',
  )
  .option('-r, --runs <count>', 'how often each thing is measured', readRuns, 3)
  .addOption(new Option('--only <subject>', 'measure one thing alone').choices(SUBJECTS))
  .option('--json', 'print what a program would read')
  .option('--strict', 'exit status 1 where a median is over its limit')
  .parse()
  .opts<Options>();

const report = createReport();
const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    report.line('interrupted: giving everything back first');
    interruption.abort(new Error('The benchmark was interrupted.'));
  });
}

try {
  const options = { context: createContext(), runs, report, signal: interruption.signal };
  const figures: Figure[] = [];
  const wanted = (subject: Subject): boolean => only === undefined || only === subject;
  if (wanted('lab')) figures.push(...summarize(LAB_MEASURES, await measureLab(options)));
  if (wanted('ci')) figures.push(...summarize(CI_MEASURES, await measureCi(options)));
  if (wanted('stream')) figures.push(...summarize(STREAM_MEASURES, await measureStream(options)));
  const machine = { processors: availableParallelism(), memoryMib: Math.round(totalmem() / 2 ** 20) };
  process.stdout.write(
    json
      ? `${JSON.stringify({ machine, runs, figures }, undefined, 2)}\n`
      : `\n${formatTable(figures)}\n\n${runs === 1 ? '1 run' : `${runs} runs`}; ${machine.processors} processors, ${machine.memoryMib} MiB of memory\n`,
  );
  if (strict && figures.some(({ withinLimit }) => withinLimit === false)) process.exitCode = 1;
} catch (error) {
  process.stderr.write(`\nbench: ${(error as Error).message}\n`);
  process.exitCode = interruption.signal.aborted ? 130 : 1;
}
// What was interrupted may still wait for hosts that are gone.
process.exit();

function readRuns(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 50) {
    throw new InvalidArgumentError('It has to be a whole number from 1 to 50.');
  }
  return count;
}
