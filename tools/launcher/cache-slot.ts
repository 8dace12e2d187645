/** Fills a folder of the cache once: whole or not at all, also when it is interrupted or two launchers want it at once. */

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNamedRunning, processName } from './processes.ts';

export type CacheSlot = {
  /** The folder to fill. */
  target: string;
  /** Whether the folder is there and usable. */
  isComplete: () => boolean;
  /** Fills the draft folder that it is given, which then becomes the target. */
  fill: (draft: string) => Promise<void>;
  report: (text: string) => void;
  /** How long to wait for another launcher that is filling it. */
  waitLimitMs?: number;
};

/** Makes sure that the target is filled; gives true if this call filled it. */
export async function fillOnce(slot: CacheSlot): Promise<boolean> {
  const folder = dirname(slot.target);
  await mkdir(folder, { recursive: true });
  const mine = `${basename(slot.target)}.${processName()}.${randomBytes(4).toString('hex')}.draft`;
  const draft = join(folder, mine);
  const limit = Date.now() + (slot.waitLimitMs ?? 20 * 60_000);
  for (;;) {
    if (slot.isComplete()) return false;
    if ((await otherDrafts(slot.target, mine)).length === 0) {
      await rm(draft, { recursive: true, force: true });
      await mkdir(draft);
      // Two that began in the same instant see each other now: the first by name goes on.
      const rivals = await otherDrafts(slot.target, mine);
      if (rivals.every((name) => mine < name)) break;
      await rm(draft, { recursive: true, force: true });
    }
    if (Date.now() > limit) {
      throw new Error(
        `Another launcher has been preparing ${slot.target} for too long. End it (its process id is in the name of the .draft folder beside), then try again.`,
      );
    }
    slot.report('Waiting for another launcher that prepares the same');
    await sleep(500);
  }
  try {
    await slot.fill(draft);
    // What is there now is incomplete, or of someone as fast as this one.
    if (!slot.isComplete()) {
      await rm(slot.target, { recursive: true, force: true });
      await rename(draft, slot.target);
    }
    return true;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The drafts of running launchers for this target, after those of dead ones have been removed. */
async function otherDrafts(target: string, mine: string): Promise<string[]> {
  const folder = dirname(target);
  const running: string[] = [];
  for (const name of await readdir(folder)) {
    const owner = /^.+\.(\d+-\d+)\.[0-9a-f]+\.draft$/.exec(name)?.[1];
    if (owner === undefined || name === mine) continue;
    if (!isNamedRunning(owner)) await rm(join(folder, name), { recursive: true, force: true });
    else if (name.startsWith(`${basename(target)}.`)) running.push(name);
  }
  return running;
}
