/** What an untrusted program leaves in its folder is read only where it is what it says. */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  listJobFiles,
  prepareSandbox,
  RefusedFile,
  readJobFile,
  writeJobFile,
} from '../../../../apps/ci-runner/src/sandbox/job-files.ts';

let root: string;
let workspace: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lab-job-'));
  workspace = join(root, 'work');
  await prepareSandbox({ workspace, etc: join(root, 'etc'), cache: '/', tools: '/' });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const deep = { max: 100, deep: true };

it('makes a workspace that knows nobody but the student', async () => {
  expect((await readdir(workspace)).sort()).toEqual(['home', 'out', 'src', 'tmp']);
  expect(execFileSync('cat', [join(root, 'etc/passwd'), join(root, 'etc/hosts')], { encoding: 'utf8' })).toBe(
    'student:x:1000:1000::/job/home:/bin/sh\n127.0.0.1 localhost sandbox\n::1 localhost\n',
  );
});

describe('readJobFile', () => {
  it('reads a plain file, up to its limit, and knows when there is none', async () => {
    await writeFile(join(workspace, 'out/a.txt'), 'text');
    expect((await readJobFile(workspace, 'out/a.txt', 10))?.toString()).toBe('text');
    expect(await readJobFile(workspace, 'out/b.txt', 10)).toBeUndefined();
    await expect(readJobFile(workspace, 'out/a.txt', 3)).rejects.toThrow('larger than 3 bytes');
  });

  it('refuses links, folders, pipes, and paths that lead out', async () => {
    await symlink('/etc/passwd', join(workspace, 'out/link'));
    await symlink('/etc', join(workspace, 'out/folder'));
    execFileSync('mkfifo', [join(workspace, 'out/pipe')]);
    for (const path of [
      'out/link',
      'out/folder/passwd',
      'out',
      'out/pipe',
      '../etc/passwd',
      '/etc/passwd',
      'a/../../x',
    ]) {
      await expect(readJobFile(workspace, path, 1e6), path).rejects.toThrow(RefusedFile);
    }
  });
});

describe('listJobFiles', () => {
  it('lists plain files and passes over links', async () => {
    await mkdir(join(workspace, 'out/report/sub'), { recursive: true });
    await writeFile(join(workspace, 'out/report/index.html'), '');
    await writeFile(join(workspace, 'out/report/sub/a.css'), '');
    await symlink('/etc/passwd', join(workspace, 'out/report/passwd'));
    await symlink('/etc', join(workspace, 'out/report/etc'));
    expect(await listJobFiles(workspace, 'out/report', deep)).toEqual([
      { path: 'index.html', size: expect.any(Number) },
      { path: 'sub/a.css', size: expect.any(Number) },
    ]);
    expect(await listJobFiles(workspace, 'out/report', { max: 100, deep: false })).toMatchObject([
      { path: 'index.html' },
    ]);
    expect(await listJobFiles(workspace, 'out/report', { max: 1, deep: true })).toHaveLength(1);
  });

  it('finds nothing where the folder is missing or a link', async () => {
    await symlink('/etc', join(workspace, 'out/report'));
    expect(await listJobFiles(workspace, 'out/report', deep)).toEqual([]);
    expect(await listJobFiles(workspace, 'out/none', deep)).toEqual([]);
  });
});

it('writes new files below the workspace only', async () => {
  await writeJobFile(workspace, 'src/deep/a.txt', Buffer.from('text'));
  expect((await readJobFile(workspace, 'src/deep/a.txt', 10))?.toString()).toBe('text');
  await expect(writeJobFile(workspace, '../a.txt', Buffer.from(''))).rejects.toThrow(RefusedFile);
});
