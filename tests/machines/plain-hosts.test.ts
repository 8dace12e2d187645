/** The user-data of every host, on a plain Debian as clouds have it: packages, programs, secrets and artifacts all come while it boots. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressIn, parseCidr } from '../../infra/cidr.ts';
import { CLOUD_TRAITS } from '../../infra/cloud-traits.ts';
import { hostNumber } from '../../infra/host-number.ts';
import { describeLab, type Host } from '../../infra/lab.ts';
import { watchCommand } from '../../infra/ready.ts';
import { configWith, PROJECT_DIR } from '../helpers/lab.ts';
import { type PreparedLab, plainInventory, prepareLab, renderSeed, serveBootFiles } from '../helpers/plain-machines.ts';
import { ensurePlainImage } from './plain-image.ts';

const READY_SECONDS = 900;
const NETWORK = `lab-plain-${process.pid}`;
const SUBNET = parseCidr('10.201.7.0/24');
if (SUBNET === undefined) throw new Error('not a network');

// Azure's machines, with the lab's own storage in place of Azure's, which cannot be had without an account.
const lab = describeLab(
  configWith(
    {
      'lab:cloud': 'azure',
      'lab:owner': 'ann@example.org',
      'lab:adminCidr': '203.0.113.7/32',
      'lab:readyTimeout': String(READY_SECONDS),
    },
    'plain',
  ),
  { ...CLOUD_TRAITS.azure, blobService: false, publicNames: false },
);
const internal = (host: Host): string => addressIn(SUBNET, hostNumber(host));
const inventory = plainInventory(lab, (host) => ({ internal: internal(host), outside: internal(host) }), {
  internet: ['0.0.0.0/0'],
  web: ['203.0.113.7/32', '10.201.7.0/24'],
  admin: ['203.0.113.7/32'],
  plaintext: [],
  lab: ['10.201.7.0/25'],
});

const containerOf = (host: Host): string => `${NETWORK}-${host.name}`;
let files: Server;
let work: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'lab-plain-'));
  const image = await ensurePlainImage(join(PROJECT_DIR, 'infra/clouds/local/image/files/usr/local/sbin/start-host'));
  const prepared = await prepareLab(lab, inventory);
  await execa('docker', ['network', 'create', '--subnet', '10.201.7.0/24', '--gateway', addressIn(SUBNET, 1), NETWORK]);
  const gateway = addressIn(SUBNET, 1);
  const served = await serveBootFiles(prepared, gateway);
  files = served.server;
  for (const host of lab.hosts) await startHost(host, image, prepared, `http://${gateway}:${served.port}`);
}, 600_000);

afterAll(async () => {
  files?.close();
  const containers = lab.hosts.map(containerOf);
  await execa('docker', ['rm', '--force', '--volumes', ...containers], { reject: false });
  await execa('docker', ['network', 'rm', NETWORK], { reject: false });
  rmSync(work, { recursive: true, force: true });
}, 120_000);

async function startHost(host: Host, image: string, prepared: PreparedLab, base: string): Promise<void> {
  const sshPublicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJ1dCBub2JvZHkgaGFzIGl0cyBwcml2YXRlIGhhbGY test';
  const seed = join(work, host.name);
  mkdirSync(seed);
  for (const [file, text] of Object.entries(renderSeed(host, prepared, { base, sshPublicKey }))) {
    writeFileSync(join(seed, file), text);
  }
  const name = containerOf(host);
  await execa('docker', [
    ...['create', '--name', name, '--hostname', host.name, '--network', NETWORK, '--ip', internal(host)],
    ...['--memory', `${host.memory + 512}m`, '--stop-signal', 'SIGRTMIN+3', '--volume', '/data'],
    ...['--env', 'container=docker', '--env', 'SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1', '--cgroupns', 'private'],
    ...['--cap-add', 'SYS_ADMIN', '--cap-add', 'NET_ADMIN'],
    ...['--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'],
    ...['--tmpfs', '/run', '--tmpfs', '/run/lock', '--tmpfs', '/tmp', image, '/usr/local/sbin/start-host'],
  ]);
  await execa('docker', ['cp', `${seed}/.`, `${name}:/var/lib/cloud/seed/nocloud`]);
  await execa('docker', ['start', name]);
}

describe('a plain Debian becomes a host', () => {
  test.concurrent.each(lab.hosts.map((host) => [host.name, host] as const))(
    '%s',
    async (_, host) => {
      const { stdout } = await execa(
        'docker',
        [
          'exec',
          containerOf(host),
          'sh',
          '-c',
          [
            // The watcher itself comes with the user-data.
            `for i in $(seq ${READY_SECONDS}); do test -x /usr/local/lib/lab/host-status && break; sleep 1; done`,
            watchCommand(READY_SECONDS).join(' '),
          ].join('; '),
        ],
        { reject: false },
      );
      const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as { state: string };
      expect(last).toMatchObject({ state: 'healthy' });
      const schema = await execa('docker', ['exec', containerOf(host), 'cloud-init', 'schema', '--system']);
      expect(schema.stdout).toContain('Valid schema user-data');
      const failed = ['systemctl', 'list-units', '--state=failed', '--no-legend', '--plain'];
      const { stdout: units } = await execa('docker', ['exec', containerOf(host), ...failed]);
      expect(units).toBe('');
    },
    (READY_SECONDS + 60) * 1000,
  );
});
