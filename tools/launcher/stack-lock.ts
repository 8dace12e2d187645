/** One launcher at a time for a stack: a file that names the process, worth nothing when that process is gone. */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../infra/problem.ts';
import { isNamedRunning, processName } from './processes.ts';

type Holder = { process: string; verb: string };

/** The lock of a stack. One without its process was left by a verb that was interrupted: the next one takes it over. */
export function lockFile(dataDir: string, stack: string): string {
  return join(dataDir, `${stack}.lock`);
}

/**
 * Takes the lock of a stack.
 * @returns what gives it back
 * @throws Problem where another launcher works on the stack
 */
export function lockStack(dataDir: string, stack: string, verb: string): () => void {
  const path = lockFile(dataDir, stack);
  const draft = `${path}.${process.pid}`;
  const mine: Holder = { process: processName(), verb };
  writeFileSync(draft, JSON.stringify(mine));
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        linkSync(draft, path);
        return () => {
          // Another launcher may have taken it since it was given back.
          if (readHolder(path)?.process === mine.process) rmSync(path, { force: true });
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readHolder(path);
      if (holder !== undefined && isNamedRunning(holder.process)) {
        throw new Problem(
          `./lab ${holder.verb} of stack ${stack} is at work already (process ${Number.parseInt(holder.process, 10)}). Wait for it to end, or end it; then try again.`,
        );
      }
      rmSync(path, { force: true });
    }
    throw new Problem(`The lock ${path} cannot be taken; remove that file if no ./lab is at work.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as Holder | null) ?? undefined;
  } catch {
    return undefined;
  }
}
