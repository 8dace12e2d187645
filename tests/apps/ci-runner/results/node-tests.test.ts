/** Node's test runner with the variables of the lab: prints what it always prints, and lists its results. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJUnit } from '../../../../apps/ci-runner/src/results/junit.ts';
import { nodeTestVariables } from '../../../../apps/ci-runner/src/results/node-tests.ts';

const reporter = join(import.meta.dirname, '../../../../apps/ci-runner/src/node-test-reporter.ts');
let folder: string;
let junitFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-tests-'));
  junitFile = join(folder, 'junit.xml');
  const test = "import assert from 'node:assert'; import { test } from 'node:test';";
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "scripts": { "test": "node --test" } }');
  await writeFile(join(folder, 'a.test.js'), `${test} test('good', () => {}); test('bad', () => assert.fail('why'));`);
  await writeFile(join(folder, 'b.js'), `${test} test('alone', () => {});`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (args: string[], env: Record<string, string>) =>
  execa('node', args, {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
  });
const withoutTimes = (text: string) =>
  text.replaceAll(/duration_ms [\d.]+|\([\d.]+ms\)/g, '').replaceAll(/^\s+at .*\n/gm, '');

describe('nodeTestVariables', () => {
  it('lists the tests of every run, and changes neither exit code nor output', async () => {
    const variables = nodeTestVariables(false, { reporter, junitFile });
    const [plain, listed] = [await run(['--test'], {}), await run(['--test'], variables)];
    expect(listed.exitCode).toBe(1);
    expect(plain.exitCode).toBe(1);
    expect(withoutTimes(listed.stdout)).toBe(withoutTimes(plain.stdout));
    expect((await run(['b.js'], variables)).exitCode).toBe(0);
    const { tests, cases } = readJUnit(await readFile(junitFile, 'utf8'));
    expect(tests).toEqual({ passed: 2, failed: 1, skipped: 0 });
    expect(cases.map(({ name }) => name)).toEqual(['bad', 'good', 'alone']);
    expect(cases[0]?.message).toContain('why');
  });

  it('changes nothing for other programs, and fails no test where it cannot write', async () => {
    const variables = nodeTestVariables(false, { reporter, junitFile: '/nowhere/junit.xml' });
    expect(await run(['-p', '1 + 1'], variables)).toMatchObject({ exitCode: 0, stdout: '2\n', stderr: '' });
    const { exitCode, stderr } = await run(['b.js'], variables);
    expect([exitCode, stderr]).toEqual([0, 'The list of test results could not be written.\n']);
  });

  it('leaves projects alone that choose reporters themselves', () => {
    expect(nodeTestVariables(true, { reporter, junitFile })).toEqual({});
  });
});
