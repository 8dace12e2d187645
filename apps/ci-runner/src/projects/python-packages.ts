/** The environment of a Python project as jobs share it: made once without running a line of the project, then copied. */
import { createHash } from 'node:crypto';
import { CACHE_DIR, JOB_DIR } from '../sandbox/step.ts';
import { type Command, command, type Fence } from './command.ts';
import type { SharedPackages, Tree } from './plan.ts';

export const UV = '/usr/local/bin/uv';
export const VENV = `${JOB_DIR}/venv`;

/** What the installer is told in every step. */
export const PYTHON_VARIABLES: Readonly<Record<string, string>> = {
  VIRTUAL_ENV: VENV,
  UV_CACHE_DIR: `${JOB_DIR}/uv`,
  UV_NO_CONFIG: '1',
  UV_NO_PROGRESS: '1',
  UV_PYTHON_DOWNLOADS: 'never',
  PIP_CACHE_DIR: `${JOB_DIR}/home/.cache/pip`,
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
};

/** What a package is built with where its pyproject.toml does not say (PEP 518). */
const USUAL_BUILD_TOOLS = ['setuptools>=40.8.0'];

/** Plain requirements: a name, extras, versions, a marker. No options, addresses or paths, which could say anything. */
const PLAIN_REQUIREMENT = /^[A-Za-z0-9][\w.-]*\s*(\[[\w\s,.-]*\])?\s*(([<>=!~]=?|===)[^@/\\]*)?(;[^@\\]*)?$/;
const isPlain = (line: string): boolean => PLAIN_REQUIREMENT.test(line);

/**
 * @param label of the install in the log
 * @returns null where the project asks for more than plain requirements, or says only when it is built what it asks for
 */
export function sharePythonPackages(
  { files, texts }: Tree,
  testTools: readonly string[],
  label: string,
): SharedPackages | null {
  const pyproject = texts['pyproject.toml'];
  const requirements = (texts['requirements.txt'] ?? '')
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
  const isPackage = pyproject !== undefined || files.includes('setup.py');
  if (!requirements.every(isPlain) || (isPackage && pyproject === undefined)) return null;

  const buildTools = pyproject === undefined ? [] : readBuildTools(pyproject);
  const inputs = {
    'src/requirements.txt': `${[...requirements, ...testTools].join('\n')}\n`,
    'src/build.txt': `${buildTools.join('\n')}\n`,
    ...(pyproject === undefined ? {} : { 'src/pyproject.toml': pyproject }),
  };
  const key = `python-${createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 32)}`;
  const sources = ['-r', 'requirements.txt', ...(pyproject === undefined ? [] : ['-r', 'pyproject.toml'])];
  const wheelsOnly = ['--quiet', '--no-build', '--no-sources'];

  const fence: Fence = { network: 'registries', cache: 'none', environment: PYTHON_VARIABLES };
  const own = { ...PYTHON_VARIABLES, UV_CACHE_DIR: `${JOB_DIR}/uv-packages` };
  const offline: Fence = { network: 'none', cache: 'read', environment: { ...PYTHON_VARIABLES, UV_OFFLINE: '1' } };
  const python = ['--python', `${VENV}/bin/python`];
  const project: Command[] = !isPackage
    ? []
    : [
        command('', [UV, 'pip', 'install', '--quiet', '--no-deps', ...python, '.'], offline),
        // What a build adds to the requirements shows only now.
        command('', [UV, 'pip', 'check', '--quiet', ...python], offline),
      ];
  return {
    key,
    files: inputs,
    fetch: [
      command('', [UV, 'venv', '--quiet', '--python', '/usr/bin/python3', VENV], fence),
      command('', [UV, 'pip', 'install', ...wheelsOnly, '--compile-bytecode', ...python, ...sources], {
        ...fence,
        environment: own,
      }),
      command(
        '',
        [UV, 'pip', 'install', ...wheelsOnly, '--target', `${JOB_DIR}/out/build`, ...python, '-r', 'build.txt'],
        fence,
      ),
    ],
    save: ['venv', 'uv'],
    install: [
      command(`${label}    # what it needs is in the cache of this runner`, copyArguments(key), offline, JOB_DIR),
      ...project,
    ],
  };
}

const copyArguments = (key: string): string[] => [
  'cp',
  '-a',
  `${CACHE_DIR}/${key}/venv`,
  `${CACHE_DIR}/${key}/uv`,
  JOB_DIR,
];

/** The plain requirements of the build system; the usual ones where the file names none. */
function readBuildTools(pyproject: string): string[] {
  const list = /^\[build-system\][^[]*?^requires\s*=\s*\[([^\]]*)\]/m.exec(pyproject)?.[1];
  if (list === undefined) return USUAL_BUILD_TOOLS;
  return [...list.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, one, other]) => one ?? other ?? '').filter(isPlain);
}
