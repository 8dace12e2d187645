/** The fence as text: what a step can see, what it can write to, and what it can't reach. */
import { describe, expect, it } from 'vitest';
import { sandboxCommand } from '../../../../apps/ci-runner/src/sandbox/bubblewrap.ts';
import type { StepRequest } from '../../../../apps/ci-runner/src/sandbox/step.ts';

const step: StepRequest = {
  argv: ['pytest', '--doctest-modules'],
  programs: 'project',
  directory: '/job/src',
  network: 'none',
  cache: 'none',
  environment: {},
  limitMs: 1,
  maxOutputBytes: 1,
};
const paths = {
  workspace: '/job/files',
  etc: '/job/etc',
  cache: '/data/ci-cache',
  tools: '/opt/lab/ci-runner',
};
const argsOf = (change: Partial<StepRequest> = {}): string[] => sandboxCommand({ ...step, ...change }, paths).args;

/** The arguments of every use of an option that takes `count` of them. */
const uses = (args: readonly string[], option: string, count: number): string[][] =>
  args.flatMap((argument, index) => (argument === option ? [args.slice(index + 1, index + 1 + count)] : []));

describe('sandboxCommand', () => {
  it('is exactly this for a test step', () => {
    const { file, args } = sandboxCommand({ ...step, environment: { COVERAGE_FILE: '/job/out/.coverage' } }, paths);
    expect([file, ...args].join(' ')).toMatchInlineSnapshot(
      `"/usr/bin/choom --adjust 1000 -- /usr/bin/bwrap --unshare-user --unshare-ipc --unshare-pid --unshare-uts --unshare-cgroup --disable-userns --uid 1000 --gid 1000 --hostname sandbox --cap-drop ALL --die-with-parent --new-session --clearenv --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/sbin /sbin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --ro-bind-try /etc/alternatives /etc/alternatives --ro-bind-try /etc/ld.so.cache /etc/ld.so.cache --ro-bind-try /etc/nsswitch.conf /etc/nsswitch.conf --ro-bind-try /etc/ssl/certs /etc/ssl/certs --ro-bind /job/etc/passwd /etc/passwd --ro-bind /job/etc/group /etc/group --ro-bind /job/etc/hosts /etc/hosts --proc /proc --dev /dev --bind /job/files/tmp /tmp --ro-bind /opt/lab/ci-runner /tools --bind /job/files /job --remount-ro / --chdir /job/src --setenv PATH /job/venv/bin:/job/src/node_modules/.bin:/usr/local/bin:/usr/bin:/bin --setenv HOME /job/home --setenv USER student --setenv LOGNAME student --setenv LANG C.UTF-8 --setenv TERM dumb --setenv CI true --setenv SSL_CERT_FILE /etc/ssl/certs/ca-certificates.crt --setenv PIP_CERT /etc/ssl/certs/ca-certificates.crt --setenv REQUESTS_CA_BUNDLE /etc/ssl/certs/ca-certificates.crt --setenv NODE_EXTRA_CA_CERTS /etc/ssl/certs/ca-certificates.crt --setenv COVERAGE_FILE /job/out/.coverage -- pytest --doctest-modules"`,
    );
  });

  it('knows of the proxy only where a step has a network', () => {
    const proxies = (args: string[]) => uses(args, '--setenv', 2).filter(([name]) => /proxy/i.test(name ?? ''));
    expect(proxies(argsOf())).toEqual([]);
    for (const network of ['git', 'registries', 'internet'] as const) {
      expect(proxies(argsOf({ network }))).toContainEqual(['HTTPS_PROXY', 'http://127.0.0.1:3128']);
    }
  });

  it("can write to the job's folder only, and reads the packages that jobs share", () => {
    const own = [
      ['/job/files/tmp', '/tmp'],
      ['/job/files', '/job'],
    ];
    expect(uses(argsOf(), '--bind', 2)).toEqual(own);
    expect(uses(argsOf({ cache: 'read' }), '--bind', 2)).toEqual(own);
    expect(uses(argsOf({ cache: 'read' }), '--ro-bind', 2)).toContainEqual(['/data/ci-cache', '/cache']);
  });

  it('begins with an empty environment, has no rights and dies with its keeper', () => {
    const args = argsOf();
    for (const option of ['--clearenv', '--die-with-parent', '--new-session', '--disable-userns', '--unshare-pid']) {
      expect(args).toContain(option);
    }
    expect(uses(args, '--cap-drop', 1)).toEqual([['ALL']]);
  });

  it("has the lab's own commands find nothing of the project's, neither programs nor settings", () => {
    const args = argsOf({ programs: 'lab', argv: ['/usr/bin/rm', 'x'] });
    const variables = Object.fromEntries(uses(args, '--setenv', 2).map(([name = '', value = '']) => [name, value]));
    expect(variables.PATH).toBe('/usr/local/bin:/usr/bin:/bin');
    expect(variables.HOME).toBe('/nonexistent');
    expect(Object.values(variables).join(' ')).not.toContain('/job/');
    expect(() => argsOf({ programs: 'lab', argv: ['rm', 'x'] })).toThrow('rm is a program of the lab');
  });

  it('ends its own options before the command', () => {
    expect(argsOf({ argv: ['--help'] }).slice(-2)).toEqual(['--', '--help']);
  });
});
