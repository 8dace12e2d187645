/** Coverage of a Node project by what V8 measured: as c8 itself says; by the bundle, which lies alone in its folder. */
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const project = join(import.meta.dirname, '../../..');
const c8 = join(project, 'node_modules/c8/bin/c8.js');
const SOURCES: Readonly<Record<string, string>> = {
  'package.json': '{ "type": "module" }',
  'src/words.ts': [
    'export interface Word {',
    '  text: string;',
    '}',
    'export function shout(word: Word): string {',
    "  if (word.text === '') {",
    "    return 'nothing';",
    '  }',
    '  return word.text.toUpperCase();',
    '}',
    '',
  ].join('\n'),
  'src/child.js': 'const used = () => 1;\nconst unused = () => {\n  return 2;\n};\nused();\nexport { unused };\n',
  'node_modules/dep/index.js': 'export default 1;\n',
  'node_modules/dep/package.json': '{ "type": "module", "main": "index.js" }',
  'test/words.test.js': [
    "import assert from 'node:assert';",
    "import { execFileSync } from 'node:child_process';",
    "import test from 'node:test';",
    "import vm from 'node:vm';",
    "import 'dep';",
    "import { shout } from '../src/words.ts';",
    "test('shouts', () => assert.equal(shout({ text: 'a' }), 'A'));",
    "test('a child', () => execFileSync(process.execPath, ['src/child.js']));",
    "const run = (path) => vm.runInThisContext('1;'.repeat(50), import.meta.dirname + path);",
    "test('what a tool made of files', () => ['/../src/made.js', '/../node_modules/dep/index.js'].forEach(run));",
    '',
  ].join('\n'),
  'src/made.js': 'export const made = 1;\n',
};

let folder: string;
let bundle: string;
const checkout = () => join(folder, 'src');
const run = (file: string, args: string[], env: Record<string, string> = {}) =>
  execa(file, args, { cwd: checkout(), env: { PATH: process.env.PATH, ...env }, extendEnv: false, reject: false });
const collect = (v8: string, to: string) => run('node', [bundle, join(folder, v8), checkout(), join(folder, to)]);

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'collect-coverage-')));
  for (const [path, text] of Object.entries(SOURCES)) {
    await mkdir(join(checkout(), path, '..'), { recursive: true });
    await writeFile(join(checkout(), path), text);
  }
  const app = join(project, 'apps/ci-runner');
  const { artifact } = JSON.parse(await readFile(join(app, 'package.json'), 'utf8')) as {
    artifact: { copy: Record<string, string>; external: string[] };
  };
  bundle = join(folder, 'tools/collect-coverage.mjs');
  // As infra/artifacts.ts bundles apps.
  await build({
    entryPoints: [join(app, 'src/collect-coverage.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minifySyntax: true,
    banner: {
      js: [
        "import { createRequire as __createRequire } from 'node:module';",
        'const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;',
      ].join(' '),
    },
    external: artifact.external,
    logLevel: 'silent',
  });
  for (const [from, to] of Object.entries(artifact.copy)) {
    await cp(join(project, from), join(folder, 'tools', to), { recursive: true });
  }
  const tests = await run('node', ['--test'], { NODE_V8_COVERAGE: join(folder, 'v8') });
  expect(tests.exitCode).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('collect-coverage', () => {
  it('says what c8 says of the sources, and shows them', async () => {
    const ended = await collect('v8', 'out');
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    const own = await readFile(join(folder, 'out/lcov.info'), 'utf8');
    // c8 itself would take it as it lies there.
    await rm(join(checkout(), 'src/made.js'));
    const args = ['report', '--temp-directory', join(folder, 'v8'), '--reports-dir', join(folder, 'c8')];
    await run('node', [c8, ...args, '--reporter', 'lcovonly']);
    expect(own).toBe(await readFile(join(folder, 'c8/lcov.info'), 'utf8'));
    expect(own.match(/^SF:.*$/gm)).toEqual(['SF:src/child.js', 'SF:src/words.ts']);
    expect(own).toMatch(/SF:src\/words\.ts[\s\S]*DA:5,1\nDA:6,0\nDA:7,0\nDA:8,1/);
    expect(await readFile(join(folder, 'out/index.html'), 'utf8')).toContain('words.ts');
    expect(await readFile(join(folder, 'out/words.ts.html'), 'utf8')).toContain('toUpperCase');
    expect(await readFile(join(folder, 'out/prettify.js'), 'utf8')).toContain('prettyPrint');
    expect(ended.stdout).toContain('No coverage of 1 file, src/made.js for one: what ran is not what lies there');
  });

  it('writes nothing where nothing was measured', async () => {
    await mkdir(join(folder, 'empty'));
    await mkdir(join(folder, 'broken'));
    await writeFile(join(folder, 'broken/coverage-1.json'), '{"result": [');
    await writeFile(join(folder, 'broken/coverage-2.json'), '{"result": [{"url": 1}]}');
    for (const v8 of ['absent', 'empty', 'broken']) {
      expect(await collect(v8, 'none')).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
      await expect(readFile(join(folder, 'none/lcov.info'))).rejects.toThrow('ENOENT');
    }
  });

  it('says how it is called', async () => {
    expect(await run('node', [bundle])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('usage') });
  });
});
