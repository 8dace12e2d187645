/** Python projects: an environment of their own by uv, pytest with doctests and coverage. */
import { createHash } from 'node:crypto';
import { JOB_DIR } from '../sandbox/step.ts';
import { CACHE_VARIABLES, type Command, SRC_DIR, shellCommand } from './command.ts';
import type { LabCiFile } from './lab-ci-file.ts';
import { type FetchPlan, type Plan, type ResultPaths, type Tree, withOwnResults } from './plan.ts';

const UV = '/usr/local/bin/uv';
const VENV = `${JOB_DIR}/venv`;
const PYTHON = `${VENV}/bin/python`;
const TEST_TOOLS = ['pytest', 'pytest-cov'];
/** What packages are built with, so that the cache has it. */
const BUILD_TOOLS = ['setuptools', 'wheel', 'hatchling', 'flit-core', 'poetry-core'];

const RESULTS: ResultPaths = { junit: ['out/junit.xml'], coverage: ['out/coverage.json'], report: ['out/report'] };

const INSTALL_VARIABLES: Readonly<Record<string, string>> = {
  ...CACHE_VARIABLES,
  VIRTUAL_ENV: VENV,
  // Links into the cache would be to another file system, and none of the job's to change.
  UV_LINK_MODE: 'copy',
  UV_NO_CONFIG: '1',
  UV_NO_PROGRESS: '1',
  UV_PYTHON_DOWNLOADS: 'never',
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
};

const TEST_VARIABLES: Readonly<Record<string, string>> = {
  VIRTUAL_ENV: VENV,
  COVERAGE_FILE: `${JOB_DIR}/out/.coverage`,
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONUNBUFFERED: '1',
};

/** Plain requirements: a name, extras, versions, a marker. No options, addresses or paths, which could say anything. */
const PLAIN_REQUIREMENT = /^[A-Za-z0-9][\w.-]*\s*(\[[\w\s,.-]*\])?\s*(([<>=!~]=?|===)[^@/\\]*)?(;[^@\\]*)?$/;

function uv(label: string, settings: Pick<Command, 'network' | 'cache'>, ...args: string[]): Command {
  return { label, argv: [UV, ...args], directory: SRC_DIR, environment: INSTALL_VARIABLES, ...settings };
}

/** How a Python project is installed and tested. */
export function planPython(tree: Tree, file: LabCiFile | null): Plan {
  const ownTest = file?.test;
  const testTools = ownTest === undefined ? TEST_TOOLS : [];
  return {
    language: 'python',
    tool: ownTest === undefined ? 'pytest' : 'command',
    fetch: planFetch(tree),
    install: file?.install === undefined ? usualInstall(tree, testTools) : ownInstall(file.install, testTools),
    test:
      ownTest === undefined
        ? pytest(file?.network ?? 'none')
        : shellCommand(ownTest, { network: file?.network ?? 'none', cache: 'none', environment: TEST_VARIABLES }),
    collect: [],
    results: withOwnResults(RESULTS, file),
  };
}

const INSTALL_FENCE = { network: 'registries', cache: 'layer' } as const;

function usualInstall({ files }: Tree, testTools: readonly string[]): Command[] {
  const isPackage = files.includes('pyproject.toml') || files.includes('setup.py');
  const requirements = files.includes('requirements.txt') ? ['-r', 'requirements.txt'] : [];
  const packages = [...(isPackage ? ['.'] : []), ...requirements, ...testTools];
  const venv = uv('', INSTALL_FENCE, 'venv', '--quiet', '--python', '/usr/bin/python3', VENV);
  if (packages.length === 0) return [venv];
  const label = ['pip install', ...packages].join(' ');
  return [venv, uv(label, INSTALL_FENCE, 'pip', 'install', '--python', PYTHON, ...packages)];
}

function ownInstall(lines: readonly string[], testTools: readonly string[]): Command[] {
  const settings = { ...INSTALL_FENCE, environment: INSTALL_VARIABLES };
  return [
    uv('', INSTALL_FENCE, 'venv', '--quiet', '--seed', '--python', '/usr/bin/python3', VENV),
    ...lines.map((line) => shellCommand(line, settings)),
    ...(testTools.length === 0
      ? []
      : [uv(`pip install ${testTools.join(' ')}`, INSTALL_FENCE, 'pip', 'install', '--python', PYTHON, ...testTools)]),
  ];
}

function pytest(network: Command['network']): Command {
  const options = ['--doctest-modules', '--cov=.'];
  return {
    label: ['pytest', ...options].join(' '),
    argv: [
      PYTHON,
      ...['-m', 'pytest', ...options],
      ...[`--cov-report=html:${JOB_DIR}/out/report`, `--cov-report=json:${JOB_DIR}/out/coverage.json`],
      ...['--cov-report=term', `--junitxml=${JOB_DIR}/out/junit.xml`, '-p', 'no:cacheprovider'],
    ],
    directory: SRC_DIR,
    network,
    cache: 'none',
    environment: TEST_VARIABLES,
  };
}

/** Downloads what the project names in plain words, as wheels: nothing is built, so nothing of anyone's is run. */
function planFetch({ texts }: Tree): FetchPlan {
  const plain = (texts['requirements.txt'] ?? '')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => PLAIN_REQUIREMENT.test(line));
  const requirements = [...new Set([...plain, ...TEST_TOOLS, ...BUILD_TOOLS])].join('\n');
  const pyproject = texts['pyproject.toml'];
  const files = {
    'src/requirements.txt': `${requirements}\n`,
    ...(pyproject === undefined ? {} : { 'src/pyproject.toml': pyproject }),
  };
  const sources = ['-r', 'requirements.txt', ...(pyproject === undefined ? [] : ['-r', 'pyproject.toml'])];
  const fence = { network: 'registries', cache: 'write' } as const;
  return {
    key: createHash('sha256').update(JSON.stringify(files)).digest('hex'),
    files,
    commands: [
      uv(
        '',
        fence,
        ...['pip', 'install', '--quiet', '--python', '/usr/bin/python3', '--target', `${JOB_DIR}/out/packages`],
        ...['--no-build', '--no-sources', ...sources],
      ),
    ],
  };
}
