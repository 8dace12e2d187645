/** What the files of Pulumi's backend say of a stack. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { LabContext } from '../../tools/launcher/context.ts';
import { backendLocks, listStacks, readState } from '../../tools/launcher/pulumi-state.ts';
import { temporaryFolder, write } from './fake-project.ts';

function context(): LabContext {
  const folder = temporaryFolder();
  const paths = { projectDir: folder, cacheDir: folder, dataDir: folder };
  return { paths, stateDir: join(folder, 'state'), passphraseFile: '', sshKeyFile: '' };
}

function writeState(of: LabContext, stack: string, checkpoint: unknown): void {
  write(join(of.stateDir, '.pulumi/stacks/lab', `${stack}.json`), JSON.stringify({ version: 3, checkpoint }));
}

const locksOf = (of: LabContext, stack: string): string => join(of.stateDir, '.pulumi/locks/organization/lab', stack);

describe('the state of a stack', () => {
  test('is none where there is no such stack', () => {
    expect(readState(context(), 'dev')).toBeUndefined();
    expect(listStacks(context())).toEqual([]);
  });

  test('is empty where the stack was only named', () => {
    const lab = context();
    for (const [stack, checkpoint] of Object.entries({ a: { stack: 'a' }, b: { latest: null }, c: undefined })) {
      writeState(lab, stack, checkpoint);
      expect(readState(lab, stack)).toEqual({ resources: [], pending: 0 });
    }
    expect(listStacks(lab).sort()).toEqual(['a', 'b', 'c']);
  });

  test('has its resources, and counts the operations of which nobody knows how they ended', () => {
    const lab = context();
    const resource = { type: 'docker:index/network:Network', urn: 'urn:network', id: 'n1' };
    const pending = { type: 'creating', resource: { urn: 'urn:web' } };
    writeState(lab, 'dev', { latest: { resources: [resource], pending_operations: [pending, pending] } });
    expect(readState(lab, 'dev')).toEqual({ resources: [resource], pending: 2 });
  });
});

describe('the locks of a stack', () => {
  test('are none where no Pulumi is at work, or only on another stack', () => {
    const lab = context();
    write(join(locksOf(lab, 'other'), 'x.json'), JSON.stringify({ pid: process.pid }));
    expect(backendLocks(lab, 'dev')).toEqual([]);
  });

  test('tell a process that runs from one that was killed', () => {
    const lab = context();
    write(join(locksOf(lab, 'dev'), 'a.json'), JSON.stringify({ pid: process.pid, username: 'me' }));
    write(join(locksOf(lab, 'dev'), 'b.json'), JSON.stringify({ pid: 4194304 }));
    write(join(locksOf(lab, 'dev'), 'a.json.attrs'), '{}');
    expect(backendLocks(lab, 'dev')).toEqual([
      { pid: process.pid, running: true },
      { pid: 4194304, running: false },
    ]);
  });

  test("are nobody's where a crash has cut them off, and none once they have gone between two looks", () => {
    const lab = context();
    write(join(locksOf(lab, 'dev'), 'cut.json'), '{"pid":');
    symlinkSync('nowhere', join(locksOf(lab, 'dev'), 'gone.json'));
    expect(backendLocks(lab, 'dev')).toEqual([{ pid: 0, running: false }]);
  });
});
