/** A command of a test's own, found before any other of its name, and a report that remembers what it was told. */
import { join } from 'node:path';
import { createReport, type Report } from '../../tools/launcher/report.ts';
import { temporaryFolder, write } from './fake-project.ts';

/** Makes `name` a shell script. @returns the environment in which it is found first */
export function fakeCommand(name: string, script: string): { PATH: string } {
  const folder = temporaryFolder();
  write(join(folder, name), `#!/bin/sh\n${script}\n`, 0o755);
  return { PATH: `${folder}:${process.env.PATH}` };
}

/** A shell command that prints these lines. */
export function printing(lines: readonly string[]): string {
  return `cat <<'END_OF_LINES'\n${lines.join('\n')}\nEND_OF_LINES`;
}

/** A report, and its lines without the time before each. */
export function rememberingReport(): { report: Report; told: string[] } {
  const told: string[] = [];
  return { report: createReport((text) => void told.push(text.replace(/^\s*[\d.]+ s {2}/, '').trimEnd())), told };
}
