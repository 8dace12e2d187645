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
    expect(install).toMatchObject({ network: 'registries', cache: 'none' });
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

  const share = (texts: Record<string, string>) => planPython(treeOf(texts), null).shared;

  it('shares what it names in plain words', () => {
    const requirements = 'numpy>=1.26,<3  # fast\n\nrequests[socks] == 2.32.*\ntomli; python_version < "3.11"\n';
    const shared = share({ 'requirements.txt': requirements });
    expect(shared?.files['src/requirements.txt']?.split('\n')).toEqual([
      'numpy>=1.26,<3',
      'requests[socks] == 2.32.*',
      'tomli; python_version < "3.11"',
      'pytest',
      'pytest-cov',
      '',
    ]);
    for (const command of shared?.fetch.slice(1) ?? []) {
      expect(command).toMatchObject({ network: 'registries', cache: 'none' });
      expect(command.argv).toEqual(expect.arrayContaining(['--no-build', '--no-sources']));
    }
    for (const command of shared?.install ?? []) expect(command).toMatchObject({ network: 'none', cache: 'read' });
  });

  it.each([
    '--index-url https://example.org/simple',
    '-e .',
    '-r other.txt',
    './evil.whl',
    'evil @ https://example.org/evil.whl',
    'git+https://example.org/evil.git',
    'C:\\evil.whl',
    'evil; python_version > "3" @ x',
  ])('shares nothing where it asks for %s', (line) =>
    expect(share({ 'requirements.txt': `numpy\n${line}` })).toBeNull(),
  );

  it('shares nothing where only its build says what it needs', () => {
    expect(share({ 'setup.py': '' })).toBeNull();
    expect(planPython(treeOf({ 'a.py': '' }), { install: ['make'] }).shared).toBeNull();
  });

  it.each([
    ['[build-system]\nrequires = ["hatchling>=1", \'flit-core\']\n', 'hatchling>=1\nflit-core\n'],
    ['[project]\nname = "a"\n', 'setuptools>=40.8.0\n'],
    ['[build-system]\nrequires = ["evil @ https://example.org/x.whl"]\n', '\n'],
  ])('shares what it is built with: %j', (pyproject, build) =>
    expect(share({ 'pyproject.toml': pyproject })?.files['src/build.txt']).toBe(build),
  );

  it('has one key for one list of packages', () => {
    const keyOf = (text: string) => share({ 'requirements.txt': text })?.key;
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

  it('shares what its lock file names, fetched without running a script of anyone', () => {
    const { shared } = planNode(treeOf(lock), null);
    expect(shared?.fetch[0]?.argv.slice(-2)).toEqual(['ci', '--ignore-scripts']);
    expect(Object.keys(shared?.files ?? {})).toEqual(['src/package.json', 'src/package-lock.json']);
    expect(shared?.install[0]).toMatchObject({ network: 'none', cache: 'read' });
    expect(planNode(treeOf({ 'package.json': '{}' }), null).shared).toBeNull();
  });
});
