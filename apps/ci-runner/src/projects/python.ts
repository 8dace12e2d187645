/** Python projects: an environment of their own by uv, pytest with doctests and coverage. */
import { JOB_DIR } from '../sandbox/step.ts';
import { type Command, command, type Fence, shellCommand } from './command.ts';
import { clearResults, type Plan, type ResultPaths, type SharedFiles, withOwnResults } from './plan.ts';
import type { Project, PythonProject } from './project.ts';
import { PYTHON_VARIABLES, sharePythonPackages, UV, VENV } from './python-packages.ts';

const PYTHON = `${VENV}/bin/python`;
const TEST_TOOLS = ['pytest', 'pytest-cov'];

const RESULTS: ResultPaths = { junit: ['out/junit.xml'], coverage: ['out/coverage.json'], report: ['out/report'] };

const INSTALL_FENCE: Fence = {
  programs: 'project',
  network: 'registries',
  cache: 'none',
  environment: PYTHON_VARIABLES,
};

const TEST_VARIABLES: Readonly<Record<string, string>> = {
  VIRTUAL_ENV: VENV,
  COVERAGE_FILE: `${JOB_DIR}/out/.coverage`,
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONUNBUFFERED: '1',
};

/** How a Python project is installed and tested. */
export function planPython({ python, labCi: file }: Project, files: SharedFiles): Plan {
  const testTools = file?.test === undefined ? TEST_TOOLS : [];
  const testFence: Fence = {
    programs: 'project',
    network: file?.network ?? 'none',
    cache: 'none',
    environment: TEST_VARIABLES,
  };
  const results = withOwnResults(RESULTS, file);
  return {
    language: 'python',
    tool: file?.test === undefined ? 'pytest' : 'command',
    shared:
      file?.install === undefined
        ? sharePythonPackages(python, files, testTools, installLabel(python, testTools))
        : null,
    install: file?.install === undefined ? usualInstall(python, testTools) : ownInstall(file.install, testTools),
    test: file?.test === undefined ? pytest(testFence) : shellCommand(file.test, testFence),
    clear: clearResults(results),
    collect: [],
    results,
  };
}

function packagesOf({ isPackage, hasRequirements }: PythonProject, testTools: readonly string[]): string[] {
  const requirements = hasRequirements ? ['-r', 'requirements.txt'] : [];
  return [...(isPackage ? ['.'] : []), ...requirements, ...testTools];
}

const installLabel = (python: PythonProject, testTools: readonly string[]): string =>
  ['pip install', ...packagesOf(python, testTools)].join(' ');

const makeEnvironment = (...options: string[]): Command =>
  command('', [UV, 'venv', '--quiet', '--clear', ...options, '--python', '/usr/bin/python3', VENV], INSTALL_FENCE);

const pipInstall = (label: string, packages: readonly string[]): Command =>
  command(label, [UV, 'pip', 'install', '--python', PYTHON, ...packages], INSTALL_FENCE);

function usualInstall(python: PythonProject, testTools: readonly string[]): Command[] {
  const packages = packagesOf(python, testTools);
  const install = packages.length === 0 ? [] : [pipInstall(installLabel(python, testTools), packages)];
  return [makeEnvironment(), ...install];
}

function ownInstall(lines: readonly string[], testTools: readonly string[]): Command[] {
  const tools = testTools.length === 0 ? [] : [pipInstall(`pip install ${testTools.join(' ')}`, testTools)];
  return [makeEnvironment('--seed'), ...lines.map((line) => shellCommand(line, INSTALL_FENCE)), ...tools];
}

function pytest(fence: Fence): Command {
  const options = ['--doctest-modules', '--cov=.'];
  const reports = [`html:${JOB_DIR}/out/report`, `json:${JOB_DIR}/out/coverage.json`, 'term'];
  return command(
    ['pytest', ...options].join(' '),
    [
      ...[PYTHON, '-m', 'pytest', ...options, ...reports.map((report) => `--cov-report=${report}`)],
      ...[`--junitxml=${JOB_DIR}/out/junit.xml`, '-p', 'no:cacheprovider'],
    ],
    fence,
  );
}
