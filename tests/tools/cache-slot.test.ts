/** A folder of the cache is filled once, whole or not at all. */

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fillOnce } from '../../tools/launcher/cache-slot.ts';
import { isNamedRunning, isRunning, processName } from '../../tools/launcher/processes.ts';
import { waitUntil } from '../../tools/launcher/wait-until.ts';
import { temporaryFolder } from './fake-project.ts';

function slotIn(folder: string, fill: (draft: string) => Promise<void>) {
  const target = join(folder, 'thing');
  return { target, isComplete: () => existsSync(join(target, 'whole')), fill, report: () => undefined };
}

test('two at once: one fills, the other waits and uses it', async () => {
  const folder = temporaryFolder();
  let fills = 0;
  const slot = slotIn(folder, async (draft) => {
    fills += 1;
    await sleep(300);
    writeFileSync(join(draft, 'whole'), '');
  });
  const results = await Promise.all([fillOnce(slot), sleep(50).then(() => fillOnce(slot))]);
  expect([results, fills]).toEqual([[true, false], 1]);
  expect(readdirSync(folder)).toEqual(['thing']);
});

test('a failure leaves nothing, and the next one fills', async () => {
  const folder = temporaryFolder();
  await expect(fillOnce(slotIn(folder, () => Promise.reject(new Error('no'))))).rejects.toThrow('no');
  expect(readdirSync(folder)).toEqual([]);
  expect(await fillOnce(slotIn(folder, async (draft) => writeFileSync(join(draft, 'whole'), '')))).toBe(true);
});

test('the draft of a dead process goes; that of a living one is waited for, with a limit', async () => {
  const folder = temporaryFolder();
  const dead = join(folder, 'thing.4194304-7.00ff.draft');
  const alive = join(folder, `thing.${processName()}.00ff.draft`);
  mkdirSync(dead);
  mkdirSync(alive);
  const slot = slotIn(folder, async () => expect.fail('must not fill'));
  await expect(fillOnce({ ...slot, waitLimitMs: 100 })).rejects.toThrow('Another launcher has been preparing');
  expect(readdirSync(folder)).toEqual([`thing.${processName()}.00ff.draft`]);
});

test('a process is known by its start time, not by its id alone', () => {
  expect(isNamedRunning(processName())).toBe(true);
  expect(isNamedRunning(`${process.pid}-1`)).toBe(false);
});

test('a zombie does not run', async () => {
  // The shell's child ends, and what the shell has become never asks for it.
  const parent = spawn('sh', ['-c', 'true & exec sleep 10']);
  const children = `/proc/${parent.pid}/task/${parent.pid}/children`;
  const zombie = await waitUntil(
    () => {
      const pid = Number(readFileSync(children, 'utf8'));
      return pid > 0 && /^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')) ? pid : undefined;
    },
    { limitMs: 5000, everyMs: 20 },
  );
  expect(isRunning(zombie ?? expect.fail('there is no zombie'))).toBe(false);
  expect(isRunning(parent.pid ?? 0)).toBe(true);
  parent.kill();
});
