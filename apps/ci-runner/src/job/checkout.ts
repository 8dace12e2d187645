/** Gets exactly one commit of a repository, and says what it is; nothing of the repository runs. */
import type { Command } from '../projects/command.ts';
import { SRC_DIR } from '../projects/command.ts';
import { JOB_DIR } from '../sandbox/step.ts';

const PLAIN_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** Where the result of a command lies that is read and not shown. */
export const DIFF_FILE = 'out/commit.diff';
export const COMMIT_FILE = 'out/commit.txt';

const GIT = '/usr/bin/git';

const ENVIRONMENT: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ALLOW_PROTOCOL: 'http:https',
};

/** The address of a repository: of a plain name, on the lab's Git server. */
export function repositoryUrl(gitUrl: string, repository: string): string {
  return PLAIN_NAME.test(repository) ? `${gitUrl}/${repository}.git` : repository;
}

/** What a job must look like before it comes near a command line; a sentence when it doesn't. */
export function refuseSource(repository: string, commit: string, allowed: readonly string[]): string | null {
  if (!allowed.includes(repository)) return `This lab does not test the repository ${JSON.stringify(repository)}.`;
  if (!COMMIT.test(commit)) return `The commit ${JSON.stringify(commit)} is not a full object id.`;
  return null;
}

/** The commands of the checkout. The commit before comes too: what the commit changed is told against it. */
export function checkoutCommands(url: string, commit: string): Command[] {
  const git = (directory: string, label: string, ...args: string[]): Command => ({
    label,
    argv: [GIT, '-c', 'core.hooksPath=/dev/null', '-c', 'advice.detachedHead=false', ...args],
    programs: 'lab',
    directory,
    network: 'git',
    cache: 'none',
    environment: ENVIRONMENT,
  });
  return [
    git(JOB_DIR, '', 'init', '--quiet', '--template=', SRC_DIR),
    git(SRC_DIR, `git fetch ${url} ${commit}`, 'fetch', '--quiet', '--depth=2', '--no-tags', '--', url, commit),
    git(SRC_DIR, `git checkout ${commit}`, 'checkout', '--quiet', '--detach', commit),
  ];
}

/** Write down who made the commit, and which lines it changed against the one before (of the first, all of them). */
export function describeCommands(commit: string): Command[] {
  const git = (...args: string[]): Command => ({
    label: '',
    argv: [GIT, '-c', 'core.quotePath=false', ...args],
    programs: 'lab',
    directory: SRC_DIR,
    network: 'none',
    cache: 'none',
    environment: ENVIRONMENT,
  });
  const plain = ['--no-color', '--no-ext-diff', '--no-textconv'];
  return [
    git('show', '--no-patch', '--format=%an%n%s', `--output=${JOB_DIR}/${COMMIT_FILE}`, commit),
    git(
      'show',
      '--format=',
      '--unified=0',
      '-M',
      '--first-parent',
      ...plain,
      `--output=${JOB_DIR}/${DIFF_FILE}`,
      commit,
    ),
  ];
}
