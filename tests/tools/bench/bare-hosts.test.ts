/** The containers that docker alone starts are those that Pulumi starts: the same flags, the same files. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { list } from 'tar';
import { describe, expect, test, vi } from 'vitest';
import { createLocalCloud } from '../../../infra/clouds/local/index.ts';
import { prepareBareHosts } from '../../../tools/bench/bare-hosts.ts';
import {
  containerArguments,
  networkArguments,
  type RecordedResources,
  readResources,
  revealSecrets,
  seccompProfile,
  volumeArguments,
} from '../../../tools/bench/recorded-resources.ts';
import { labWith, PROJECT_DIR } from '../../helpers/lab.ts';
import { recordRegistrations, resolveOutput } from '../../helpers/mocks.ts';
import { OPERATOR } from '../../helpers/operator.ts';
import { fakeCommand } from '../fake-command.ts';
import { temporaryFolder, write } from '../fake-project.ts';

const TYPES = ['container:Container', 'network:Network', 'volume:Volume'].map((type) => `docker:index/${type}`);

/** As Pulumi's state has a secret that was asked for in plain text. */
const secret = (value: unknown): unknown => ({
  '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
  plaintext: JSON.stringify(value),
});

/** What the state records of the default lab, by the local cloud's own code. */
async function recordLab(artifact: string): Promise<RecordedResources> {
  const recorder = recordRegistrations(Object.fromEntries(TYPES.map((type) => [type, () => ({})])));
  const lab = labWith({}, 'bench');
  const cloud = createLocalCloud(lab, { projectDir: PROJECT_DIR });
  const artifacts = [{ name: 'web', sha256: 'b'.repeat(64), path: artifact }];
  const machines = lab.hosts.map((host) =>
    cloud.boot(host, {
      userData: `#cloud-config of ${host.name}`,
      artifacts,
      version: '1',
      ...OPERATOR,
      secretFiles: { '/etc/lab/secrets/x': 'x' },
    }),
  );
  await Promise.all(machines.map(({ id }) => resolveOutput(id)));
  const resources = recorder.registrations.map(({ type, inputs }) => ({
    type,
    inputs: 'uploads' in inputs ? { ...inputs, uploads: secret(inputs.uploads) } : inputs,
  }));
  // It is no host, and boots nothing.
  const labels = [{ label: 'cloud-lab.stack', value: 'bench' }];
  const instance = { type: 'docker:index/container:Container', inputs: { name: 'lab-bench-numbers', labels } };
  const others = [{ type: 'other' }, instance];
  return readResources(JSON.stringify({ version: 3, deployment: { resources: [...others, ...resources] } }));
}

describe('the recorded resources', () => {
  test('become docker commands with every flag', async () => {
    const { networks, volumes, containers } = await recordLab('/cache/b.tar.gz');
    expect(containers.map(({ hostname }) => hostname).sort()).toEqual([
      'ci-1',
      'database',
      'function',
      'kafka-1',
      'storage',
      'web',
    ]);
    const labels = '--label cloud-lab.project=cloud-lab --label cloud-lab.stack=bench';
    expect(networks.map((network) => networkArguments(network).join(' '))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^network create --driver bridge --subnet 10\\.[\\d.]+/24 --gateway 10\\.[\\d.]+\\.1 ${labels} lab-bench$`,
        ),
      ),
    ]);
    expect(volumes.map((volume) => volumeArguments(volume).join(' '))).toContain(
      `volume create ${labels} --label cloud-lab.host=database lab-bench-database-data`,
    );
    const storage = containers.find(({ hostname }) => hostname === 'storage') ?? expect.fail('no host storage');
    const text = containerArguments(storage, '/tmp/seccomp.json').join(' ');
    expect(JSON.parse(seccompProfile(storage))).toMatchObject({ defaultAction: 'SCMP_ACT_ALLOW' });
    for (const part of [
      'create --name lab-bench-storage --hostname storage --restart unless-stopped',
      `--memory ${storage.memory}m --memory-swap ${storage.memory}m --stop-signal SIGRTMIN+3 --cgroupns private`,
      '--tty --log-driver json-file --log-opt max-size=1m',
      `${labels} --label cloud-lab.host=storage`,
      '--env container=docker --env SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 --cap-add CAP_SYS_ADMIN --cap-add CAP_NET_ADMIN',
      '--security-opt seccomp=/tmp/seccomp.json --security-opt apparmor=unconfined --tmpfs /run --tmpfs /run/lock --tmpfs /tmp',
      '--network lab-bench --ip 10.',
      '--network-alias storage',
      ':10000/tcp',
      '--volume lab-bench-storage-data:/data cloud-lab/system:',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).toMatch(/ cloud-lab\/system:\w+ \/usr\/local\/sbin\/start-host$/);
    for (const container of containers)
      expect(containerArguments(container, '').join(' ')).not.toMatch(/undefined|NaN/);
  });

  test('have their secrets revealed, also one in another', () => {
    const value = { list: [secret({ deep: secret('plain') })], number: 1, nothing: null };
    expect(revealSecrets(value)).toEqual({ list: [{ deep: 'plain' }], number: 1, nothing: null });
  });
});

describe('hosts that docker alone starts', () => {
  const DOCKER = `
log=$(dirname "$0")
echo "$*" | cut -c1-60 >>"$log/calls"
case $1 in
  network | volume | create | start) ;;
  cp) cat >"$log/\${3%%:*}.tar" ;;
  exec) echo '{"host":"'$2'","state":"healthy","stage":"healthy"}' ;;
  *) echo "nobody expected docker $*" >&2; exit 1 ;;
esac`;

  test('are given their files as root has them, before they start, and waited for', async () => {
    const artifact = join(temporaryFolder(), 'b.tar.gz');
    write(artifact, 'the app', 0o600);
    const recorded = await recordLab(artifact);
    const { PATH } = fakeCommand('docker', DOCKER);
    const folder = PATH.split(':')[0] ?? '';
    vi.stubEnv('PATH', PATH);
    const hosts = await prepareBareHosts(recorded);
    await hosts.start(new AbortController().signal).finally(() => void vi.unstubAllEnvs());
    await hosts.forget();

    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    const ofWeb = calls.filter((call) => call.includes('lab-bench-web')).map((call) => call.split(' ')[0]);
    expect(ofWeb).toEqual(['create', 'cp', 'start', 'exec']);
    expect(calls.findLastIndex((call) => /^(network|volume) /.test(call))).toBeLessThan(
      calls.findIndex((call) => call.startsWith('create ')),
    );

    const entries: [string, number, string, string][] = [];
    await list({
      file: join(folder, 'lab-bench-web.tar'),
      onReadEntry: (entry) => {
        entries.push([entry.path, (entry.mode ?? 0) & 0o777, entry.type, `${entry.uid ?? 0}:${entry.gid ?? 0}`]);
      },
    });
    expect(entries).toEqual([
      ['var/lib/cloud/seed/nocloud/user-data', 0o600, 'File', '0:0'],
      ['var/lib/cloud/seed/nocloud/meta-data', 0o644, 'File', '0:0'],
      [`var/lib/lab/artifacts/${'b'.repeat(64)}.tar.gz`, 0o644, 'File', '0:0'],
      ['etc/lab/secrets/x', 0o600, 'File', '0:0'],
    ]);
    expect(statSync(artifact).mode & 0o777).toBe(0o600);
  });
});
