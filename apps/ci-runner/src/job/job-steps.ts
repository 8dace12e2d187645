/** Runs the commands of a job's steps in its sandbox, with a limit for each step and one for all that they print. */
import type { Command } from '../projects/command.ts';
import type { Sandbox } from '../sandbox/client.ts';
import type { StepEnding } from '../sandbox/step.ts';
import type { JobLog } from './job-log.ts';

export class JobSteps {
  readonly #sandbox: Sandbox;
  readonly #log: JobLog;
  #outputRoom: number;

  /** @param maxOutputBytes that all commands of the job may print together */
  constructor(sandbox: Sandbox, log: JobLog, maxOutputBytes: number) {
    this.#sandbox = sandbox;
    this.#log = log;
    this.#outputRoom = maxOutputBytes;
  }

  /** Runs the commands of a step one after the other until one ends badly; how that one, or the last, ended. */
  async run(commands: readonly Command[], limitSeconds: number): Promise<StepEnding> {
    const deadline = Date.now() + limitSeconds * 1_000;
    let ending: StepEnding = { exitCode: 0, cause: 'exit' };
    for (const { label, ...command } of commands) {
      if (label !== '') this.#log.writeLine(`$ ${label}`);
      const limitMs = Math.max(deadline - Date.now(), 1);
      ending = await this.#sandbox.run({ ...command, limitMs, maxOutputBytes: this.#outputRoom }, (chunk) => {
        this.#outputRoom = Math.max(this.#outputRoom - chunk.length, 0);
        this.#log.write(chunk);
      });
      if (ending.exitCode !== 0) break;
    }
    return ending;
  }
}
