/** The commands of a job, and names that never come near a command line. */
import { describe, expect, it } from 'vitest';
import { checkoutCommands, checkSource, installCommands, testCommand } from '../../../apps/ci-runner/src/steps.ts';

const COMMIT = '802dd75854d37e727bf2bacf620cedca6549d1e8';

describe('checkSource', () => {
  it.each(['myapp', 'my-app_2.0'])('takes the repository %s', (repository) => {
    expect(checkSource(repository, COMMIT)).toBeNull();
  });
  it.each(['../x', '--upload-pack=x', '', 'a/b', '.git', 'a b', 'a\nb'])('refuses the repository %j', (repository) => {
    expect(checkSource(repository, COMMIT)).toContain('not a plain name');
  });
  it.each(['main', COMMIT.slice(1), `${COMMIT} `, '--help', COMMIT.toUpperCase()])(
    'refuses the commit %j',
    (commit) => {
      expect(checkSource('myapp', commit)).toContain('not a full object id');
    },
  );
});

describe('the commands', () => {
  it('get the exact commit, run no hook and speak HTTP only', () => {
    const commands = checkoutCommands('http://ci-1:8080', 'myapp', COMMIT);
    expect(commands.map(({ argv }) => argv.join(' '))).toEqual([
      'git -c core.hooksPath=/dev/null -c advice.detachedHead=false init --quiet --template= /job/src',
      `git -c core.hooksPath=/dev/null -c advice.detachedHead=false fetch --quiet --depth=1 --no-tags -- http://ci-1:8080/myapp.git ${COMMIT}`,
      `git -c core.hooksPath=/dev/null -c advice.detachedHead=false checkout --quiet --detach ${COMMIT}`,
    ]);
    for (const { environment } of commands) {
      expect(environment).toMatchObject({
        GIT_ALLOW_PROTOCOL: 'http:https',
        GIT_TERMINAL_PROMPT: '0',
        GIT_CONFIG_NOSYSTEM: '1',
      });
    }
  });

  it.each([
    [{ isPackage: true, hasRequirements: true }, ['.', '-r', 'requirements.txt', 'pytest', 'pytest-cov']],
    [{ isPackage: true, hasRequirements: false }, ['.', 'pytest', 'pytest-cov']],
    [{ isPackage: false, hasRequirements: true }, ['-r', 'requirements.txt', 'pytest', 'pytest-cov']],
    [{ isPackage: false, hasRequirements: false }, ['pytest', 'pytest-cov']],
  ])('install what there is: %j', (tree, packages) => {
    const install = installCommands(tree, { HTTPS_PROXY: 'http://proxy:3128' }).at(-1);
    expect(install?.argv.slice(5)).toEqual(packages);
    expect(install).toMatchObject({
      network: true,
      cache: true,
      environment: { HTTPS_PROXY: 'http://proxy:3128', UV_LINK_MODE: 'copy' },
    });
  });

  it('test without network and without the cache', () => {
    expect(testCommand()).toMatchObject({ network: false, cache: false });
    expect(testCommand().argv).toEqual(
      expect.arrayContaining(['--doctest-modules', '--cov=.', '--junitxml=/job/out/junit.xml']),
    );
  });
});
