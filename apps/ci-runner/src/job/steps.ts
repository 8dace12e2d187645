/** The steps of a job as plain data: get the commit, install the package, run its tests. */
import { CACHE_DIR, INSTALLER, JOB_DIR } from './sandbox.ts';

/** One command of a step; `label` is what the learner reads in the log. */
export interface Command {
  label: string;
  argv: string[];
  directory: string;
  network: boolean;
  cache: boolean;
  environment: Readonly<Record<string, string>>;
}

const SRC = `${JOB_DIR}/src`;
const PYTHON = `${JOB_DIR}/venv/bin/python`;
/** Where the test step leaves its results: below the job's folder. */
export const RESULTS = { junit: 'out/junit.xml', coverage: 'out/coverage.json', report: 'out/report' } as const;

const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** What a job's repository and commit must look like before they come near a command line; a sentence when they don't. */
export function checkSource(repository: string, commit: string): string | null {
  if (!REPOSITORY.test(repository)) return `The repository's name ${JSON.stringify(repository)} is not a plain name.`;
  if (!COMMIT.test(commit)) return `The commit ${JSON.stringify(commit)} is not a full object id.`;
  return null;
}

/** Gets exactly `commit` of the repository, without its history and without running anything of it. */
export function checkoutCommands(gitUrl: string, repository: string, commit: string): Command[] {
  const url = `${gitUrl}/${repository}.git`;
  const git = (directory: string, label: string, ...args: string[]): Command => ({
    label,
    argv: ['git', '-c', 'core.hooksPath=/dev/null', '-c', 'advice.detachedHead=false', ...args],
    directory,
    network: true,
    cache: false,
    environment: {
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: 'http:https',
    },
  });
  return [
    git(JOB_DIR, '', 'init', '--quiet', '--template=', SRC),
    git(SRC, `git fetch ${url} ${commit}`, 'fetch', '--quiet', '--depth=1', '--no-tags', '--', url, commit),
    git(SRC, `git checkout ${commit}`, 'checkout', '--quiet', '--detach', commit),
  ];
}

/** What of the checked-out tree can be installed. */
export interface Installable {
  /** It has a pyproject.toml or a setup.py. */
  isPackage: boolean;
  hasRequirements: boolean;
}

/** Installs the package, what it asks for and the test tools into an environment of its own. */
export function installCommands(tree: Installable, proxies: Readonly<Record<string, string>>): Command[] {
  const packages = [...(tree.isPackage ? ['.'] : []), ...(tree.hasRequirements ? ['-r', 'requirements.txt'] : [])];
  const uv = (label: string, ...args: string[]): Command => ({
    label,
    argv: [INSTALLER, ...args],
    directory: SRC,
    network: true,
    cache: true,
    environment: {
      ...proxies,
      UV_CACHE_DIR: CACHE_DIR,
      // A link would let one job's tests write into the cache of the next.
      UV_LINK_MODE: 'copy',
      UV_NO_CONFIG: '1',
      UV_NO_PROGRESS: '1',
      UV_PYTHON_DOWNLOADS: 'never',
    },
  });
  return [
    uv('', 'venv', '--quiet', '--python', '/usr/bin/python3', `${JOB_DIR}/venv`),
    uv(
      ['pip install', ...packages, 'pytest pytest-cov'].join(' '),
      ...['pip', 'install', '--python', PYTHON, ...packages, 'pytest', 'pytest-cov'],
    ),
  ];
}

/** Runs the tests and the doctests with coverage, cut off from every network. */
export function testCommand(): Command {
  const options = ['--doctest-modules', '--cov=.'];
  return {
    label: ['pytest', ...options].join(' '),
    argv: [
      PYTHON,
      ...['-m', 'pytest', ...options],
      ...[`--cov-report=html:${JOB_DIR}/${RESULTS.report}`, `--cov-report=json:${JOB_DIR}/${RESULTS.coverage}`],
      ...['--cov-report=term', `--junitxml=${JOB_DIR}/${RESULTS.junit}`, '-p', 'no:cacheprovider'],
    ],
    directory: SRC,
    network: false,
    cache: false,
    environment: {
      COVERAGE_FILE: `${JOB_DIR}/out/.coverage`,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHONUNBUFFERED: '1',
    },
  };
}
