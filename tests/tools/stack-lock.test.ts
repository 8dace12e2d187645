/** Of two launchers that work on one stack, the second is told of the first; a lock is worth nothing without its process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Problem } from '../../infra/problem.ts';
import { processName } from '../../tools/launcher/processes.ts';
import { lockStack } from '../../tools/launcher/stack-lock.ts';
import { temporaryFolder, write } from './fake-project.ts';

/** A data folder in which a process holds the stack `dev`. */
function heldBy(process: string): string {
  const folder = temporaryFolder();
  write(join(folder, 'dev.lock'), JSON.stringify({ process, verb: 'down' }));
  return folder;
}

const lockOf = (folder: string): string => readFileSync(join(folder, 'dev.lock'), 'utf8');

test('a second launcher is refused, with what the first does and its process', () => {
  const other = spawn('sleep', ['60']);
  onTestFinished(() => void other.kill());
  const pid = other.pid ?? expect.fail('sleep could not be started');
  const folder = heldBy(processName(pid));
  expect(() => lockStack(folder, 'dev', 'up')).toThrow(
    new Problem(
      `./lab down of stack dev is at work already (process ${pid}). Wait for it to end, or end it; then try again.`,
    ),
  );
  expect(lockOf(folder)).toContain('"down"');
  expect(readdirSync(folder)).toEqual(['dev.lock']);
});

test('two stacks have two locks', () => {
  const folder = temporaryFolder();
  const releases = [lockStack(folder, 'dev', 'up'), lockStack(folder, 'other', 'up')];
  expect(readdirSync(folder).sort()).toEqual(['dev.lock', 'other.lock']);
  for (const release of releases) release();
  expect(readdirSync(folder)).toEqual([]);
});

test('the lock of a dead launcher is taken over', async () => {
  const other = spawn('true');
  const name = processName(other.pid);
  await once(other, 'close');
  const folder = heldBy(name);
  const release = lockStack(folder, 'dev', 'up');
  expect(JSON.parse(lockOf(folder))).toEqual({ process: processName(), verb: 'up' });
  release();
  expect(existsSync(join(folder, 'dev.lock'))).toBe(false);
});

test('a process that has the id of the holder but began at another time is not the holder', () => {
  const folder = heldBy(`${process.pid}-1`);
  lockStack(folder, 'dev', 'up')();
  expect(readdirSync(folder)).toEqual([]);
});

test.each(['', 'null', '{"process":'])('a lock that was cut off (%j) is taken over', (text) => {
  const folder = temporaryFolder();
  write(join(folder, 'dev.lock'), text);
  lockStack(folder, 'dev', 'up')();
  expect(readdirSync(folder)).toEqual([]);
});

test('a launcher that has released its lock leaves that of the next one alone', () => {
  const folder = temporaryFolder();
  const release = lockStack(folder, 'dev', 'up');
  release();
  write(join(folder, 'dev.lock'), JSON.stringify({ process: `${process.ppid}-7`, verb: 'down' }));
  release();
  expect(lockOf(folder)).toContain('"down"');
});

test('a launcher that is interrupted leaves its lock, by which the next one knows of the stack', () => {
  const folder = temporaryFolder();
  const before = process.listeners('exit');
  const release = lockStack(folder, 'dev', 'up');
  for (const listener of process.listeners('exit')) if (!before.includes(listener)) listener(0);
  expect(readdirSync(folder)).toEqual(['dev.lock']);
  release();
});
