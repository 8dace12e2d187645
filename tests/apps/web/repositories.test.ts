/** What names a repository, and which one a client means. */
import { describe, expect, it } from 'vitest';
import { findRepository, isRepository, repositoryUrl } from '../../../apps/web/src/ci/repositories.ts';

describe('isRepository', () => {
  it.each([
    'myapp',
    'my.app_2-x',
    'https://git.example/ann/app.git',
    'http://127.0.0.1:3000/ann/app',
    'https://git.example/a%20b',
  ])('takes %s', (text) => {
    expect(isRepository(text)).toBe(true);
  });

  it.each([
    '',
    '.hidden',
    '../x',
    'a/b',
    'https://ann:s3cret@git.example/app.git',
    'https://ann@git.example/app.git',
    'https://git.example/app.git?x=1',
    'https://git.example/app.git?',
    'https://git.example/app.git#main',
    'https://git.example/',
    'https://git.example',
    'https:// git.example/app',
    'ssh://git.example/app.git',
    'git@git.example:app.git',
    'file:///etc/passwd',
    `https://git.example/${'x'.repeat(240)}`,
  ])('refuses "%s"', (text) => {
    expect(isRepository(text)).toBe(false);
  });
});

describe('findRepository', () => {
  const LISTED = ['myapp', 'https://git.example/ann/app.git', 'http://git.example:3000/bob/tool'];

  it.each([
    ['myapp', 'myapp'],
    ['https://git.example/ann/app.git', LISTED[1]],
    ['https://git.example/ann/app', LISTED[1]],
    ['https://GIT.example:443/ann/app/', LISTED[1]],
    ['http://git.example:3000/bob/tool.git', LISTED[2]],
  ])('%s is %s', (asked, found) => {
    expect(findRepository(LISTED, asked)).toBe(found);
  });

  it.each([
    'MyApp',
    'myapp.git',
    'http://git.example/ann/app',
    'https://git.example/ann/APP',
    'https://git.example/ann/app.git?x',
    'https://git.example/ann/app.git?x=1',
    'https://ann@git.example/ann/app.git',
    'https://git.example/ann/app/more',
    '',
  ])('%s is none', (asked) => {
    expect(findRepository(LISTED, asked)).toBeUndefined();
  });
});

describe('repositoryUrl', () => {
  it('is below the Git server of the lab, or the address itself', () => {
    expect(repositoryUrl('myapp', 'http://ci-1:8080/git')).toBe('http://ci-1:8080/git/myapp.git');
    expect(repositoryUrl('../x', 'http://ci-1:8080/git')).toBe('http://ci-1:8080/git/..%2Fx.git');
    expect(repositoryUrl('https://git.example/a/b', 'http://ci-1:8080/git')).toBe('https://git.example/a/b');
  });
});
