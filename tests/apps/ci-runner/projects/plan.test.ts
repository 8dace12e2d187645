/** What is done with a repository, by the files at its top. */
import { describe, expect, it } from 'vitest';
import { detectLanguage, inspectProject, type Tree } from '../../../../apps/ci-runner/src/projects/inspect-project.ts';
import type { LabCiFile } from '../../../../apps/ci-runner/src/projects/lab-ci-file.ts';
import { planNode as planNodeProject } from '../../../../apps/ci-runner/src/projects/node.ts';
import type { Plan } from '../../../../apps/ci-runner/src/projects/plan.ts';
import { readProject } from '../../../../apps/ci-runner/src/projects/project.ts';
import { planPython as planPythonProject } from '../../../../apps/ci-runner/src/projects/python.ts';

const treeOf = (texts: Record<string, string>): Tree => ({ files: Object.keys(texts), texts });

/** From the files to the plan, by way of the JSON that the sandbox hands over. */
const planAs =
  (plan: typeof planPythonProject) =>
  (tree: Tree, labCi: LabCiFile | null): Plan => {
    const inspected = inspectProject(tree, { testSeconds: 300, commit: '', unreadable: null });
    const project = readProject(JSON.stringify({ ...inspected, labCi }));
    if (project === null) throw new Error('not a project');
    return plan(project, tree.texts);
  };
const planPython = planAs(planPythonProject);
const planNode = planAs(planNodeProject);

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
    'evil (>= 1)',
    `evil${' '.repeat(600)}>=1`,
  ])('shares nothing where it asks for %s', (line) =>
    expect(share({ 'requirements.txt': `numpy\n${line}` })).toBeNull(),
  );

  it('is read in a moment, whatever is in it', () => {
    const hostile = ['numpy', 'a', '[', '<=', ';'].map((start) => start + ' '.repeat(200_000) + start);
    const text = [...hostile, '#'.repeat(200_000), ' #'.repeat(100_000)].join('\n');
    const begun = performance.now();
    expect(share({ 'requirements.txt': text })).toBeNull();
    expect(share({ 'pyproject.toml': `[project]\ndependencies = ["a${' '.repeat(200_000)}"]` })).toBeNull();
    expect(performance.now() - begun).toBeLessThan(1_000);
  });

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

  it.each([
    '[project]\nname = "a"\ndependencies = ["evil @ https://example.org/x.whl"]\n',
    '[project]\nname = "a"\ndependencies = ["./evil.whl"]\n',
    '[project]\nname = "a"\ndynamic = ["dependencies"]\n',
    '[project\n',
    'project = 1\n',
  ])('shares nothing by the pyproject.toml %j', (pyproject) =>
    expect(share({ 'pyproject.toml': pyproject })).toBeNull(),
  );

  it('has one key for one list of packages', () => {
    const keyOf = (text: string) => share({ 'requirements.txt': text })?.key;
    expect(keyOf('numpy # a')).toBe(keyOf('numpy'));
    expect(keyOf('numpy')).not.toBe(keyOf('pandas'));
  });
});

describe('a Node project', () => {
  const lockOf = (packages: Record<string, object>): string => JSON.stringify({ lockfileVersion: 3, packages });
  const lock = { 'package.json': '{}', 'package-lock.json': lockOf({ '': {} }) };

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

  const integrity = `sha512-${'a'.repeat(86)}==`;
  const share = (packages: Record<string, object>) =>
    planNode(treeOf({ 'package.json': '{}', 'package-lock.json': lockOf(packages) }), null).shared;

  it.each([
    [{ 'node_modules/a': { version: '1.0.0', integrity } }],
    [{ 'node_modules/a': { resolved: 'https://registry.example.org/a.tgz', integrity } }],
    [{ 'node_modules/a': { integrity }, 'node_modules/a/node_modules/b': { inBundle: true } }],
  ])('shares packages that are known by their hash: %j', (packages) => expect(share(packages)).not.toBeNull());

  it.each([
    ['a folder', { 'node_modules/a': { resolved: '', link: true } }],
    ['a folder of its own', { 'node_modules/a': { integrity }, 'packages/a': { version: '1.0.0' } }],
    ['an archive', { 'node_modules/a': { resolved: 'file:a.tgz', integrity } }],
    ['a Git repository', { 'node_modules/a': { resolved: 'git+ssh://git@example.org/a.git#1', integrity } }],
    ['no hash', { 'node_modules/a': { resolved: 'https://registry.example.org/a.tgz' } }],
    ['a weak hash', { 'node_modules/a': { integrity: 'sha1-aaaa' } }],
  ])('shares nothing where its lock file names %s', (_, packages) => expect(share(packages)).toBeNull());

  it.each(['', 'null', '{"lockfileVersion":1,"dependencies":{}}', '{"lockfileVersion":3}'])(
    'shares nothing by the lock file %j',
    (text) => expect(planNode(treeOf({ 'package.json': '{}', 'package-lock.json': text }), null).shared).toBeNull(),
  );
});

describe("the lab's own commands", () => {
  const packages = { 'node_modules/a': { integrity: 'sha512-a' } };
  const plans = [
    planPython(treeOf({ 'requirements.txt': 'numpy', 'pyproject.toml': '' }), null),
    planPython(treeOf({ 'a.py': '' }), { install: ['make'], test: 'make test', report: 'r', coverage: 'c' }),
    planNode(
      treeOf({ 'package.json': '{}', 'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages }) }),
      null,
    ),
  ];
  const commands = plans.flatMap(({ shared, install, clear, test, collect }) => [
    ...(shared?.fetch ?? []),
    ...(shared?.install ?? []),
    ...install,
    ...clear,
    test,
    ...collect,
  ]);

  it('have full paths; whatever is fetched for others is fetched by them', () => {
    const own = commands.filter(({ programs }) => programs === 'lab');
    expect(own.length).toBeGreaterThan(5);
    for (const { argv } of own) expect(argv[0]).toMatch(/^\/usr\/(local\/)?bin\//);
    for (const { programs } of plans.flatMap(({ shared }) => shared?.fetch ?? [])) expect(programs).toBe('lab');
  });

  it('see the packages that jobs share where they copy them, and never to change them', () => {
    for (const { cache } of commands) expect(['none', 'read']).toContain(cache);
  });
});
