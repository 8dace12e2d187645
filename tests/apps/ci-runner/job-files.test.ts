/** What an untrusted program leaves in its folder is read only where it is what it says. */
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkspace, listJobFiles, readJobFile, removeLeftovers } from '../../../apps/ci-runner/src/job-files.ts';
import { contentType } from '../../../apps/ci-runner/src/report.ts';

let root: string;
let workspace: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lab-job-'));
  workspace = await createWorkspace(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('readJobFile', () => {
  it('reads a plain file, up to its limit', async () => {
    await writeFile(join(workspace, 'out/a.txt'), 'text');
    expect((await readJobFile(workspace, 'out/a.txt', 10)).toString()).toBe('text');
    await expect(readJobFile(workspace, 'out/a.txt', 3)).rejects.toThrow('larger than 3 bytes');
  });

  it('refuses a link to a file, to a folder on the way, and a folder', async () => {
    await symlink('/etc/passwd', join(workspace, 'out/link'));
    await symlink('/etc', join(workspace, 'out/folder'));
    await expect(readJobFile(workspace, 'out/link', 1e6)).rejects.toThrow('not a plain file');
    await expect(readJobFile(workspace, 'out/folder/passwd', 1e6)).rejects.toThrow('not a plain file');
    await expect(readJobFile(workspace, 'out', 1e6)).rejects.toThrow();
  });
});

describe('listJobFiles', () => {
  it('lists plain files and passes over links', async () => {
    await mkdir(join(workspace, 'out/report/sub'), { recursive: true });
    await writeFile(join(workspace, 'out/report/index.html'), '');
    await writeFile(join(workspace, 'out/report/sub/a.css'), '');
    await symlink('/etc/passwd', join(workspace, 'out/report/passwd'));
    await symlink('/etc', join(workspace, 'out/report/etc'));
    expect(await listJobFiles(workspace, 'out/report', 100)).toEqual(['index.html', 'sub/a.css']);
    expect(await listJobFiles(workspace, 'out/report', 1)).toHaveLength(1);
  });

  it('finds nothing where the folder is missing or a link', async () => {
    await symlink('/etc', join(workspace, 'out/report'));
    expect(await listJobFiles(workspace, 'out/report', 100)).toEqual([]);
    expect(await listJobFiles(workspace, 'out/none', 100)).toEqual([]);
  });
});

it('removes what an earlier runner left, locked folders too', async () => {
  await mkdir(join(workspace, 'src/locked/in'), { recursive: true });
  await chmod(join(workspace, 'src/locked'), 0);
  await removeLeftovers(root);
  expect(await readdir(join(root, 'jobs'))).toEqual([]);
});

it.each([
  ['index.html', 'text/html; charset=utf-8'],
  ['style_cb.css', 'text/css; charset=utf-8'],
  ['a.JS', 'text/javascript; charset=utf-8'],
  ['favicon_32.png', 'image/png'],
  ['x.unknown', 'application/octet-stream'],
])('gives %s the type %s', (path, type) => {
  expect(contentType(path)).toBe(type);
});
