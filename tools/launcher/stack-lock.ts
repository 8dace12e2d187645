/** One launcher at a time for a stack: a file that names the process, worth nothing when that process is gone. */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../infra/problem.ts';
import { isNamedRunning, processName } from './processes.ts';

type Holder = { process: string; verb: string };

/**
 * Takes the lock of a stack; it goes with this process.
 * @throws Problem where another launcher works on the stack
 */
export function lockStack(dataDir: string, stack: string, verb: string): () => void {
  const path = join(dataDir, `${stack}.lock`);
  const draft = `${path}.${process.pid}`;
  const mine: Holder = { process: processName(), verb };
  writeFileSync(draft, JSON.stringify(mine));
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        linkSync(draft, path);
        const release = (): void => {
          process.off('exit', release);
          // Another launcher may have taken it since it was given back.
          if (readHolder(path)?.process === mine.process) rmSync(path, { force: true });
        };
        process.once('exit', release);
        return release;
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
