/** The user-data of hosts in real virtual machines: their own kernel, disks, boots and firewall, reached as `up` reaches a cloud's. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sshCommandOn } from '../../infra/clouds/ssh-command.ts';
import { hostNumber } from '../../infra/host-number.ts';
import type { Inventory } from '../../infra/inventory.ts';
import { describeLab, type Host, hasRole, type Lab } from '../../infra/lab.ts';
import { waitUntilReady, watchCommand } from '../../infra/ready.ts';
import type { RoleName } from '../../infra/roles.ts';
import { waitUntil } from '../../tools/launcher/wait-until.ts';
import { configWith } from '../helpers/lab.ts';
import { resolveOutput } from '../helpers/mocks.ts';
import { type PreparedLab, plainInventory, prepareLab, renderSeed, serveBootFiles } from '../helpers/plain-machines.ts';
import { requestFrom } from './request.ts';
import { GATEWAY, GUEST, listProcessorArguments, startMachine, type VirtualMachine } from './virtual-machine.ts';
import { ensureVmImage, type VmImage } from './vm-image.ts';

/** By software alone, on two slow processors that have other work, too. */
const READY_SECONDS = 2400;
const REBOOT_SECONDS = 600;
/** What was healthy may be slow for a moment: then /healthz says 503. */
const STEADY = { timeout: 120_000, interval: 2000 };
const DATA_MIB = 2048;
/** No role has it. */
const UNDECLARED = 9999;

const labOf = (hosts: 'many' | 'one'): Lab =>
  describeLab(
    configWith({
      'lab:cloud': 'openstack',
      'lab:hosts': hosts,
      'lab:owner': 'ann@example.org',
      'lab:adminCidr': `${GATEWAY}/32`,
      'lab:readyTimeout': String(READY_SECONDS),
    }),
  );
const many = labOf('many');
const one = labOf('one');
/** Labs, and those of their hosts that are booted. */
const LABS: [string, Lab, readonly Host[]][] = [
  ['a lab of many hosts', many, many.hosts.filter((host) => hasRole(host, 'database') || hasRole(host, 'container'))],
  ['a lab on one host', one, one.hosts],
];

/** Each host has an address of the loopback interface to itself, and its ports there have their own numbers. */
const outside = (host: Host): string => `127.201.${process.pid % 250}.${hostNumber(host)}`;
const inventoryOf = (lab: Lab): Inventory =>
  plainInventory(lab, (host) => ({ internal: GUEST, outside: outside(host) }), {
    internet: ['0.0.0.0/0'],
    web: [`${GATEWAY}/32`, `${GUEST}/32`],
    admin: [`${GATEWAY}/32`],
    plaintext: [],
    lab: [`${GUEST}/32`],
  });

/** In the container: ends with 7 where a connection is not begun, with 0 where it is. */
const CONNECT =
  "require('node:net').connect(8090, '127.0.0.1', () => process.exit(0)).setTimeout(4000, () => process.exit(7))";

/** What whoever comes from outside gets from a role's port. */
const ANSWERS: Partial<Record<RoleName, (address: string, authority: string) => Promise<void>>> = {
  web: async (address, authority) => {
    for (const url of [`http://${address}/healthz`, `https://${address}/healthz`]) {
      await expect.poll(() => requestFrom(url, authority), { ...STEADY, message: url }).toMatchObject({ status: 200 });
    }
  },
  storage: async (address) => {
    expect((await requestFrom(`http://${address}:10000/lab`)).server).toMatch(/^Azurite/);
  },
  container: async (address) => {
    expect(await requestFrom(`http://${address}:8090/add_numbers?num1=1&num2=2`)).toMatchObject({ status: 200 });
  },
};

let work: string;
let image: VmImage;
let prepared: PreparedLab;
const machines = new Map<string, VirtualMachine>();
/** Names of hosts that are not what the tests after the first one take for granted. */
const failed = new Set<string>();

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'lab-vm-'));
  say('the image of the virtual machines, made once');
  image = await ensureVmImage();
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', join(work, 'key')]);
}, 900_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

describe.each(LABS)('%s', (_, lab, hosts) => {
  let files: Server;

  beforeAll(async () => {
    prepared = await prepareLab(lab, inventoryOf(lab));
    const sshPublicKey = readFileSync(join(work, 'key.pub'), 'utf8').trim();
    const served = await serveBootFiles(prepared, '127.0.0.1');
    files = served.server;
    const base = `http://${GATEWAY}:${served.port}`;
    const processor = await listProcessorArguments(image);
    say(`booting ${hosts.map(({ name }) => name).join(', ')}: ${processor.join(' ')}`);
    for (const host of hosts) {
      const machine = startMachine(processor, {
        name: host.name,
        image,
        folder: join(work, host.name),
        address: outside(host),
        ports: [...host.ports.map(({ port }) => port), UNDECLARED],
        memory: host.memory + 512,
        dataDisk: DATA_MIB,
        seed: renderSeed(host, prepared, { base, sshPublicKey }),
      });
      machines.set(host.name, machine);
    }
  }, 120_000);

  afterAll(async () => {
    await Promise.all(hosts.map(({ name }) => machines.get(name)?.stop()));
    files?.close();
  }, 30_000);

  describe.each(hosts.map((host) => [host.name, host] as const))('%s in a virtual machine', (_, host) => {
    beforeEach(({ skip }) => skip(failed.has(host.name), 'it did not become healthy'));

    test('becomes healthy', () => untilReady(host, READY_SECONDS), (READY_SECONDS + 60) * 1000);

    test('understands all of its user-data, and no unit has failed', async () => {
      const schema = await run(host, 'cloud-init', 'schema', '--system');
      expect(schema.stdout).toContain('Valid schema user-data');
      const units = await run(host, 'systemctl', 'list-units', '--state=failed', '--no-legend', '--plain');
      expect(units.stdout).toBe('');
    });

    test('answers from outside where a port is declared, and nowhere else', async () => {
      for (const { name } of host.roles) await ANSWERS[name]?.(outside(host), prepared.credentials.caCertificate);
      const server = ['python3', '-m', 'http.server', String(UNDECLARED)];
      await run(host, 'systemd-run', '--quiet', '--unit=undeclared', '--working-directory=/usr/share/doc', ...server);
      const inside = ['curl', '--silent', '--retry', '30', '--retry-connrefused', '--retry-delay', '1', '--head'];
      expect((await run(host, ...inside, `http://127.0.0.1:${UNDECLARED}`)).stdout).toContain('200 OK');
      await expect(requestFrom(`http://${outside(host)}:${UNDECLARED}`)).rejects.toThrow('no answer');
    });

    test.runIf(hasRole(host, 'container'))('has a container that writes nothing and begins no connection', async () => {
      const exec = ['podman', 'exec', 'numbers', '/usr/local/bin/node', '-e'];
      expect((await run(host, ...exec, "require('node:fs').writeFileSync('/app/x', '')")).stderr).toContain('EROFS');
      expect(await run(host, ...exec, CONNECT)).toMatchObject({ exitCode: 7 });
      expect((await run(host, 'podman', 'top', 'numbers', 'capeff')).stdout.split('\n').at(-1)).toBe('none');
    });

    test(
      'comes back from a reboot, and its data with it',
      async () => {
        const bootId = ['cat', '/proc/sys/kernel/random/boot_id'];
        const before = (await run(host, ...bootId)).stdout;
        if (host.keepsData) await run(host, 'touch', '/data/from-before');
        await run(host, 'systemctl', 'reboot');
        const rebooted = async (): Promise<true | undefined> => {
          const { stdout, exitCode } = await run(host, ...bootId);
          return exitCode === 0 && stdout !== before ? true : undefined;
        };
        say(`${host.name}: reboots`);
        expect(await waitUntil(rebooted, { limitMs: REBOOT_SECONDS * 1000, everyMs: 2000 }), consoleOf(host)).toBe(
          true,
        );
        await untilReady(host, REBOOT_SECONDS);
        if (!host.keepsData) return;
        const mounted = await run(host, 'findmnt', '--noheadings', '--output', 'LABEL,FSTYPE', '/data');
        expect(mounted.stdout.split(/\s+/)).toEqual(['lab-data', 'ext4']);
        expect(await run(host, 'ls', '/data/from-before')).toMatchObject({ exitCode: 0 });
      },
      2 * REBOOT_SECONDS * 1000,
    );
  });
});

/** Waits as `up` does. @throws with the end of the console where the host does not become healthy */
async function untilReady(host: Host, timeout: number): Promise<void> {
  const begun = Date.now();
  const seconds = (): string => `${Math.round((Date.now() - begun) / 1000)} s`;
  const heartbeat = setInterval(() => {
    say(`${host.name}: ${machines.get(host.name)?.console(1).trim()} (${seconds()})`);
  }, 15_000);
  const wait = waitUntilReady({
    host: host.name,
    stack: 'vm',
    command: await commandOn(host, watchCommand(timeout)),
    timeout,
    onStage: (stage) => say(`${host.name}: ${stage} (${seconds()})`),
  });
  try {
    await Promise.race([wait, machines.get(host.name)?.broken]);
  } catch (error) {
    failed.add(host.name);
    throw new Error(`${(error as Error).message}\n${consoleOf(host)}`);
  } finally {
    clearInterval(heartbeat);
  }
}

async function commandOn(host: Host, argv: readonly string[]): Promise<string[]> {
  const hostKey = prepared.credentials.sshHostPublicKeys[host.name] ?? '';
  return await resolveOutput(sshCommandOn(outside(host), argv, { keyFile: join(work, 'key'), hostKey }));
}

/** Runs a command as root on a host. */
async function run(host: Host, ...argv: string[]): Promise<{ stdout: string; stderr: string; exitCode?: number }> {
  const [program = '', ...args] = await commandOn(host, argv);
  return await execa(program, args, { reject: false, timeout: 120_000 });
}

function consoleOf({ name }: Host): string {
  return `The end of its serial console:\n${machines.get(name)?.console(40)}`;
}

/** Minutes pass without a result. */
function say(text: string): void {
  process.stderr.write(`  ${text}\n`);
}
