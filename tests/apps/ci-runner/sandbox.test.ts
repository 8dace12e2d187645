/** The fence as text: what a step can see, what it can write to, and what it can't reach. */
import { describe, expect, it } from 'vitest';
import { type SandboxStep, sandboxCommand } from '../../../apps/ci-runner/src/sandbox.ts';

const step: SandboxStep = {
  command: ['pytest', '--doctest-modules'],
  directory: '/job/src',
  network: false,
  workspace: '/var/lib/ci-runner/jobs/job-1',
  installer: '/usr/local/bin/uv',
  resolvConf: '/run/systemd/resolve/stub-resolv.conf',
};

/** The arguments of every use of an option that takes `count` of them. */
const uses = (args: readonly string[], option: string, count: number): string[][] =>
  args.flatMap((argument, index) => (argument === option ? [args.slice(index + 1, index + 1 + count)] : []));

describe('sandboxCommand', () => {
  it('is exactly this for a test step', () => {
    const { file, args } = sandboxCommand({ ...step, environment: { COVERAGE_FILE: '/job/out/.coverage' } });
    expect([file, ...args].join(' ')).toMatchInlineSnapshot(
      `"prlimit --core=0 --nproc=512 --fsize=1073741824 --as=4294967296 --nofile=1024 bwrap --unshare-all --unshare-user --disable-userns --uid 1000 --gid 1000 --hostname sandbox --cap-drop ALL --die-with-parent --new-session --clearenv --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/sbin /sbin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --ro-bind-try /etc/alternatives /etc/alternatives --ro-bind-try /etc/hosts /etc/hosts --ro-bind-try /etc/ld.so.cache /etc/ld.so.cache --ro-bind-try /etc/nsswitch.conf /etc/nsswitch.conf --ro-bind-try /etc/ssl/certs /etc/ssl/certs --proc /proc --dev /dev --size 1073741824 --tmpfs /tmp --ro-bind /usr/local/bin/uv /tools/uv --bind /var/lib/ci-runner/jobs/job-1 /job --chdir /job/src --setenv PATH /job/venv/bin:/usr/local/bin:/usr/bin:/bin --setenv HOME /job/home --setenv USER student --setenv LOGNAME student --setenv LANG C.UTF-8 --setenv TERM dumb --setenv SSL_CERT_FILE /etc/ssl/certs/ca-certificates.crt --setenv PIP_CERT /etc/ssl/certs/ca-certificates.crt --setenv REQUESTS_CA_BUNDLE /etc/ssl/certs/ca-certificates.crt --setenv COVERAGE_FILE /job/out/.coverage -- pytest --doctest-modules"`,
    );
  });

  it('shares the network only where it is asked to', () => {
    const offline = sandboxCommand(step).args;
    expect(offline).toContain('--unshare-all');
    expect(offline).not.toContain('--share-net');
    expect(offline).not.toContain('/etc/resolv.conf');
    const online = sandboxCommand({ ...step, network: true }).args;
    expect(online).toContain('--share-net');
    expect(uses(online, '--ro-bind-try', 2)).toContainEqual([step.resolvConf, '/etc/resolv.conf']);
  });

  it("can write to the job's folder only, and to the cache where it is given", () => {
    expect(uses(sandboxCommand(step).args, '--bind', 2)).toEqual([[step.workspace, '/job']]);
    expect(uses(sandboxCommand({ ...step, cache: '/var/lib/ci-runner/cache' }).args, '--bind', 2)).toEqual([
      ['/var/lib/ci-runner/cache', '/cache'],
      [step.workspace, '/job'],
    ]);
  });

  it('begins with an empty environment and dies with the runner', () => {
    const { args } = sandboxCommand(step);
    for (const option of ['--clearenv', '--die-with-parent', '--new-session', '--disable-userns']) {
      expect(args).toContain(option);
    }
    const names = uses(args, '--setenv', 2).map(([name]) => name);
    expect(names.filter((name) => /KEY|BLOB|KAFKA|PASSWORD/.test(name ?? ''))).toEqual([]);
  });

  it('ends its own options before the command', () => {
    const { args } = sandboxCommand({ ...step, command: ['--help'] });
    expect(args.slice(-2)).toEqual(['--', '--help']);
  });
});
