/** Runs a command line program: help and errors in words, and an exit code that tells the truth. */
import type { Command } from 'commander';
import { ArgumentsError, parseArguments, type StreamOptions } from './arguments.ts';
import { describeFailure } from './connection.ts';

const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Parses, runs, and ends the process. */
export async function runCommandLine(
  command: Command,
  run: (options: ReturnType<typeof parseArguments>) => Promise<void>,
): Promise<never> {
  // Whoever reads the output may stop early, as head(1) does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  let options: StreamOptions | null = null;
  try {
    const parsed = parseArguments(command, process.argv.slice(2));
    options = parsed;
    await run(parsed);
    process.exit(0);
  } catch (error) {
    if (error instanceof ArgumentsError && error.exitCode === 0) {
      process.stdout.write(error.message);
      process.exit(0);
    }
    const line =
      options === null
        ? error instanceof Error
          ? error.message
          : String(error)
        : `${command.name()}: ${upperFirst(describeFailure(error, options))}`;
    process.stderr.write(`${line}\n`);
    process.exit(error instanceof ArgumentsError ? error.exitCode : 1);
  }
}
