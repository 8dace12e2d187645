/** The environment of a Python project as jobs share it: made once without running a line of the project, then copied. */
import { createHash } from 'node:crypto';
import { CACHE_DIR, JOB_DIR } from '../sandbox/step.ts';
import { type Command, command, type Fence, LAB_FENCE } from './command.ts';
import type { SharedFiles, SharedPackages } from './plan.ts';
import type { PythonProject } from './project.ts';

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

/**
 * The environment of a project by the packages that it names; null where it says more than can be shared.
 * @param label of the install in the log
 */
export function sharePythonPackages(
  { isPackage, shared }: PythonProject,
  files: SharedFiles,
  testTools: readonly string[],
  label: string,
): SharedPackages | null {
  const pyproject = files['pyproject.toml'];
  if (shared === null || shared.hasPyproject !== (pyproject !== undefined)) return null;
  const inputs = {
    'src/requirements.txt': `${[...shared.requirements, ...testTools].join('\n')}\n`,
    'src/build.txt': `${shared.buildTools.join('\n')}\n`,
    ...(pyproject === undefined ? {} : { 'src/pyproject.toml': pyproject }),
  };
  const key = `python-${createHash('sha256').update(JSON.stringify(inputs)).digest('hex').slice(0, 32)}`;
  const sources = ['-r', 'requirements.txt', ...(pyproject === undefined ? [] : ['-r', 'pyproject.toml'])];
  const wheelsOnly = ['--quiet', '--no-build', '--no-sources'];

  const fence: Fence = { programs: 'lab', network: 'registries', cache: 'none', environment: PYTHON_VARIABLES };
  const own = { ...PYTHON_VARIABLES, UV_CACHE_DIR: `${JOB_DIR}/uv-packages` };
  const offline: Fence = {
    programs: 'project',
    network: 'none',
    cache: 'read',
    environment: { ...PYTHON_VARIABLES, UV_OFFLINE: '1' },
  };
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
      command(
        `${label}    # what it needs is in the cache of this runner`,
        copyArguments(key),
        { ...LAB_FENCE, cache: 'read' },
        JOB_DIR,
      ),
      ...project,
    ],
  };
}

const copyArguments = (key: string): string[] => [
  '/usr/bin/cp',
  '-a',
  `${CACHE_DIR}/${key}/venv`,
  `${CACHE_DIR}/${key}/uv`,
  JOB_DIR,
];
