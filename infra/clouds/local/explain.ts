/** What the container engine knows of a container that does not work: its state, its restarts, its own last lines. */
import { stripVTControlCharacters } from 'node:util';
import { type CommandResult, runCommand } from '../../../tools/launcher/command.ts';

const STATE = '{{.State.Status}} {{.RestartCount}} {{.State.ExitCode}} {{.State.OOMKilled}}';
const LOG_LINES = 12;
/** What Node's own function leaves: the reset of a terminal that systemd begins with, and single characters. */
const CONTROL = /\p{Cc}\[!p|\p{Cc}/gu;
/** Read, as many of them may be empty. */
const LOG_TAIL = 60;

/**
 * Describes why a container does not work, as far as the engine knows.
 * @param hasJournal its own log is told only where it cannot be asked itself: while it restarts, or never where it keeps a journal
 */
export async function explainContainer(name: string, hasJournal: boolean): Promise<string | undefined> {
  const inspected = await docker('container', 'inspect', '--format', STATE, name);
  if (inspected.status !== 0) return `Its container ${name} is not there any more.`;
  const [state = '', count, exitCode, outOfMemory] = inspected.stdout.trim().split(' ');
  const restarts = Number(count);
  const ended = `status ${exitCode}${outOfMemory === 'true' ? ' (out of memory)' : ''}`;
  if (restarts > 0) {
    const times = restarts === 1 ? 'once' : `${restarts} times`;
    const text = `Its container ${name} was restarted ${times}, and last ended with ${ended}.`;
    return withLog(text, ' The last lines of its log:', await readLog(name));
  }
  if (state !== 'running') {
    const text = `Its container ${name} is not running: ${state} with ${ended}. docker start ${name} starts it.`;
    return withLog(text, ' The last lines of its log:', await readLog(name));
  }
  if (hasJournal) return undefined;
  const log = await readLog(name);
  return log.length === 0 ? undefined : withLog('', `The last lines of the log of its container ${name}:`, log);
}

function withLog(text: string, head: string, log: readonly string[]): string {
  return log.length === 0 ? text : [`${text}${head}`, ...log.map((line) => `  ${line}`)].join('\n');
}

/** The last lines that say something, as plain text: a host's are what systemd shows on a terminal. */
async function readLog(name: string): Promise<string[]> {
  const { stdout, stderr } = await docker('logs', '--tail', String(LOG_TAIL), name);
  return `${stdout}${stderr}`
    .split('\n')
    .map((line) => stripVTControlCharacters(line).replaceAll(CONTROL, '').trimEnd())
    .filter((line) => line !== '')
    .slice(-LOG_LINES);
}

function docker(...args: string[]): Promise<CommandResult> {
  return runCommand('docker', args, { timeoutMs: 15_000 });
}
