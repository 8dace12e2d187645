/** The lab's folders follow the XDG rules, and files are written whole. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { labPaths, writeAtomically } from '../../tools/launcher/paths.ts';
import { temporaryFolder, write } from './fake-project.ts';

test('the folders lie where XDG says, or in its usual places', async () => {
  const folder = temporaryFolder();
  const usual = labPaths({ HOME: folder, XDG_CACHE_HOME: '', XDG_DATA_HOME: 'relative' });
  expect(usual.cacheDir).toBe(join(folder, '.cache/cloud-lab'));
  expect(usual.dataDir).toBe(join(folder, '.local/share/cloud-lab'));
  expect(statSync(usual.dataDir).mode & 0o777).toBe(0o700);
  expect(readFileSync(join(usual.projectDir, 'package.json'), 'utf8')).toContain('"name": "cloud-lab"');
  const set = labPaths({ HOME: '/nowhere', XDG_CACHE_HOME: join(folder, 'c'), XDG_DATA_HOME: join(folder, 'd') });
  expect([set.cacheDir, set.dataDir]).toEqual([join(folder, 'c/cloud-lab'), join(folder, 'd/cloud-lab')]);
});

test('a folder that cannot be made is said', async () => {
  const folder = temporaryFolder();
  write(join(folder, 'file'), '');
  expect(() => labPaths({ HOME: join(folder, 'file') })).toThrow(/can't be created.*set XDG_CACHE_HOME/);
});

test('a file is written whole, with its mode, and nothing beside it', async () => {
  const folder = temporaryFolder();
  writeAtomically(join(folder, 'a/key'), 'old', 0o600);
  writeAtomically(join(folder, 'a/key'), 'new', 0o600);
  expect(readFileSync(join(folder, 'a/key'), 'utf8')).toBe('new');
  expect(statSync(join(folder, 'a/key')).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, 'a'))).toEqual(['key']);
});
