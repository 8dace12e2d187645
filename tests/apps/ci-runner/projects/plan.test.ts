/** What is done with a repository, by the files at its top. */
import { describe, expect, it } from 'vitest';
import { planNode } from '../../../../apps/ci-runner/src/projects/node.ts';
import { detectLanguage, type Tree } from '../../../../apps/ci-runner/src/projects/plan.ts';
import { planPython } from '../../../../apps/ci-runner/src/projects/python.ts';

const treeOf = (texts: Record<string, string>): Tree => ({ files: Object.keys(texts), texts });

describe('the language', () => {
  it.each([
    [['pyproject.toml'], 'python'],
    [['requirements.txt', 'package.json'], 'python'],
    [['package.json', 'README.md'], 'node'],
    [['hello.py'], 'python'],
    [['README.md'], null],
    [[], null],
  ])('of %j is %s', (files, language) => expect(detectLanguage({ files, texts: {} }, null)).toBe(language));

  it('is what lab-ci.yaml says, if it says it', () => {
    expect(detectLanguage({ files: ['pyproject.toml'], texts: {} }, { language: 'node' })).toBe('node');
  });
});

describe('a Python project', () => {
  it.each([
    [
      ['pyproject.toml', 'requirements.txt'],
      ['.', '-r', 'requirements.txt', 'pytest', 'pytest-cov'],
    ],
    [['setup.py'], ['.', 'pytest', 'pytest-cov']],
    [['requirements.txt'], ['-r', 'requirements.txt', 'pytest', 'pytest-cov']],
    [['a.py'], ['pytest', 'pytest-cov']],
  ])('with %j installs %j', (files, packages) => {
    const install = planPython({ files, texts: {} }, null).install.at(-1);
    expect(install?.argv.slice(5)).toEqual(packages);
    expect(install).toMatchObject({ network: 'registries', cache: 'layer' });
  });

  it('is tested by pytest with doctests and coverage, without a network or the caches', () => {
    const { test, tool } = planPython(treeOf({ 'a.py': '' }), null);
    expect(test).toMatchObject({ network: 'none', cache: 'none' });
    expect(test.argv).toEqual(
      expect.arrayContaining(['--doctest-modules', '--cov=.', '--junitxml=/job/out/junit.xml']),
    );
    expect(tool).toBe('pytest');
  });

  it('is done with as its lab-ci.yaml says', () => {
    const file = { install: ['pip install x'], test: 'make test', network: 'internet', coverage: 'c.xml' } as const;
    const plan = planPython(treeOf({ 'a.py': '' }), { ...file, install: [...file.install] });
    expect(plan.install.at(-1)?.argv).toEqual(['/bin/sh', '-c', 'pip install x']);
    expect(plan.test).toMatchObject({ argv: ['/bin/sh', '-c', 'make test'], network: 'internet', cache: 'none' });
    expect(plan.results.coverage).toEqual(['src/c.xml', 'out/coverage.json']);
    expect(plan.tool).toBe('command');
  });

  it('gets into the cache what it names in plain words, and nothing that could say anything else', () => {
    const requirements = [
      'numpy>=1.26,<3  # fast',
      'requests[socks] == 2.32.*',
      'tomli; python_version < "3.11"',
      '--index-url https://example.org/simple',
      '-e .',
      '-r other.txt',
      './evil.whl',
      'evil @ https://example.org/evil.whl',
      'git+https://example.org/evil.git',
      'C:\\evil.whl',
    ];
    const { fetch } = planPython(treeOf({ 'requirements.txt': requirements.join('\n') }), null);
    const kept = fetch?.files['src/requirements.txt']?.split('\n') ?? [];
    expect(kept.slice(0, 3)).toEqual(['numpy>=1.26,<3', 'requests[socks] == 2.32.*', 'tomli; python_version < "3.11"']);
    expect(kept.join('\n')).not.toMatch(/evil|example\.org|other\.txt|-e/);
    for (const command of fetch?.commands ?? []) {
      expect(command).toMatchObject({ network: 'registries', cache: 'write' });
      expect(command.argv).toEqual(expect.arrayContaining(['--no-build', '--no-sources']));
    }
  });

  it('has one key in the cache for one list of packages', () => {
    const keyOf = (text: string) => planPython(treeOf({ 'requirements.txt': text }), null).fetch?.key;
    expect(keyOf('numpy # a')).toBe(keyOf('numpy'));
    expect(keyOf('numpy')).not.toBe(keyOf('pandas'));
  });
});

describe('a Node project', () => {
  const lock = { 'package.json': '{}', 'package-lock.json': '{}' };

  it.each([
    [Object.keys(lock), 'npm ci'],
    [['package.json'], 'npm install'],
  ])('with %j is installed by %s', (files, label) =>
    expect(planNode({ files, texts: {} }, null).install.map((command) => command.label)).toEqual([label]),
  );

  it('is tested by npm test, with the coverage that V8 measures', () => {
    const { test, tool, collect } = planNode(treeOf(lock), null);
    expect(test).toMatchObject({ label: 'npm test', network: 'none', cache: 'none' });
    expect(test.environment.NODE_V8_COVERAGE).toBe('/job/out/v8');
    expect(collect[0]?.argv).toContain('/job/out/v8');
    expect(tool).toBe('npm');
  });

  it('fills the cache from its lock file without running a script of anyone', () => {
    const { fetch } = planNode(treeOf(lock), null);
    expect(fetch?.commands[0]?.argv.slice(-2)).toEqual(['ci', '--ignore-scripts']);
    expect(Object.keys(fetch?.files ?? {})).toEqual(['src/package.json', 'src/package-lock.json']);
    expect(planNode(treeOf({ 'package.json': '{}' }), null).fetch).toBeNull();
  });
});
