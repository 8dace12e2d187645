/** Starts a runner in a process of its own and listens to what it tells. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('runner-child.ts', import.meta.url));

export interface JobEvent {
  event: 'start' | 'end' | 'abort';
  /** The id of the job. */
  job: string;
  runner: string;
  /** Milliseconds since 1970. */
  at: number;
}

export interface TestRunner {
  /** What it has told, in order. */
  readonly events: readonly JobEvent[];
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void>;
  /** Ends it without a word. */
  kill(): Promise<void>;
  /** Keeps it from doing anything, as a host does that hangs, until `thaw`. */
  freeze(): void;
  thaw(): void;
}

/** Starts a runner with so many slots. */
export function startRunner(broker: string, name: string, slots: number): TestRunner {
  const child = spawn(process.execPath, [PROGRAM, broker, name, String(slots)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const events: JobEvent[] = [];
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => events.push(JSON.parse(line)));
  const ended = new Promise<void>((resolve) => {
    lines.once('close', () => resolve());
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return {
    events,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  };
}
