/** Runs a command line program: help and errors in words, signals, and an exit code that tells the truth. */
import type { Command } from 'commander';
import { ArgumentsError, type Flags, parseArguments } from './arguments.ts';
import { StreamError } from './client/errors.ts';
import { StandardOutput } from './standard-output.ts';

/** How a program is told to stop. */
export interface Stop {
  /** Aborts at Ctrl-C, at SIGTERM, and when nobody reads the output any more. */
  readonly signal: AbortSignal;
  /** How the process is to end then: as shells have it, 128 and the number of the signal. */
  readonly exitCode: number;
}

export interface Program {
  flags: Flags;
  output: StandardOutput;
  stop: Stop;
  /** Says something to the person at the terminal. */
  say: (text: string) => void;
}

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Parses, runs, and ends the process with what `run` gives; a second signal ends it at once. */
export async function runCommandLine(command: Command, run: (program: Program) => Promise<number>): Promise<never> {
  const controller = new AbortController();
  const stop = { signal: controller.signal, exitCode: 0 };
  const output = new StandardOutput(process.stdout, () => controller.abort());
  process.stderr.on('error', () => undefined);
  for (const [name, exitCode] of Object.entries(EXIT_CODES)) {
    process.on(name, () => {
      if (stop.exitCode !== 0) process.exit(exitCode);
      stop.exitCode = exitCode;
      controller.abort();
    });
  }
  const say = (text: string) => void process.stderr.write(`${text}\n`);
  try {
    const flags = parseArguments(command, process.argv.slice(2));
    const exitCode = await run({ flags, output, stop, say });
    await output.end();
    process.exit(exitCode);
  } catch (error) {
    if (error instanceof ArgumentsError && error.exitCode === 0) {
      await output.write(error.message);
      process.exit(0);
    }
    if (stop.signal.aborted && !(error instanceof StreamError)) process.exit(stop.exitCode);
    const message = error instanceof Error ? error.message : String(error);
    say(error instanceof ArgumentsError ? message : `${command.name()}: ${message}`);
    process.exit(error instanceof ArgumentsError ? error.exitCode : 1);
  }
}
