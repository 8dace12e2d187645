/** Names that never come near a command line, and commands that run nothing of a repository. */
import { describe, expect, it } from 'vitest';
import {
  checkoutCommands,
  describeCommands,
  refuseSource,
  repositoryUrl,
} from '../../../../apps/ci-runner/src/job/checkout.ts';

const COMMIT = '802dd75854d37e727bf2bacf620cedca6549d1e8';
const ALLOWED = ['myapp', 'https://git.example.org/ann/app.git'];

describe('refuseSource', () => {
  it.each(ALLOWED)('takes the repository %s', (repository) =>
    expect(refuseSource(repository, COMMIT, ALLOWED)).toBeNull(),
  );
  it.each(['../x', '--upload-pack=x', '', 'other', 'myapp/../x', 'ext::sh -c id'])(
    'refuses the repository %j',
    (repository) => expect(refuseSource(repository, COMMIT, ALLOWED)).toContain('does not test the repository'),
  );
  it.each(['main', COMMIT.slice(1), `${COMMIT} `, '--help', COMMIT.toUpperCase()])('refuses the commit %j', (commit) =>
    expect(refuseSource('myapp', commit, ALLOWED)).toContain('not a full object id'),
  );
});

it('finds plain names on the Git server of the lab, and others where they say', () => {
  expect(repositoryUrl('http://ci-1:8080/git', 'myapp')).toBe('http://ci-1:8080/git/myapp.git');
  expect(repositoryUrl('http://ci-1:8080/git', ALLOWED[1] ?? '')).toBe(ALLOWED[1]);
});

describe('the commands', () => {
  it('get the exact commit with the one before, run no hook and speak HTTP only', () => {
    const commands = checkoutCommands('http://ci-1:8080/myapp.git', COMMIT);
    expect(commands.map(({ argv }) => argv.join(' '))).toEqual([
      '/usr/bin/git -c core.hooksPath=/dev/null -c advice.detachedHead=false init --quiet --template= /job/src',
      `/usr/bin/git -c core.hooksPath=/dev/null -c advice.detachedHead=false fetch --quiet --depth=2 --no-tags -- http://ci-1:8080/myapp.git ${COMMIT}`,
      `/usr/bin/git -c core.hooksPath=/dev/null -c advice.detachedHead=false checkout --quiet --detach ${COMMIT}`,
    ]);
    for (const { environment, network } of commands) {
      expect(network).toBe('git');
      expect(environment).toMatchObject({
        GIT_ALLOW_PROTOCOL: 'http:https',
        GIT_TERMINAL_PROMPT: '0',
        GIT_CONFIG_NOSYSTEM: '1',
      });
    }
  });

  it('describe the commit without a network and without a program that the repository names', () => {
    for (const { network } of describeCommands(COMMIT)) expect(network).toBe('none');
    expect(describeCommands(COMMIT).at(-1)?.argv).toEqual(expect.arrayContaining(['--no-ext-diff', '--no-textconv']));
  });
});
