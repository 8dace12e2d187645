/** What stands in the way of a lab on this machine: ports in use, a disk that is full, a limit of the kernel. */
import { statfsSync } from 'node:fs';
import { runCommand } from '../../../tools/launcher/command.ts';
import { findListener } from '../../../tools/launcher/listeners.ts';
import { addressesOf } from '../../inventory.ts';
import type { Lab } from '../../lab.ts';
import { STACK_LABEL } from '../../naming.ts';
import { describeOrphanedBrokers } from '../orphaned-brokers.ts';
import { choosePortBase, describeContainer, describeInventory } from './addresses.ts';
import { findInotifyShortage } from './inotify.ts';

/** What the hosts write in their first minutes, with room to spare. */
const LEAST_FREE_MIB = 1024;

export async function findLocalObstacles(lab: Lab): Promise<string[]> {
  const found = await Promise.all([
    findUsedPorts(lab),
    findFullDisk(),
    findOrphanedBrokers(lab),
    findInotifyShortage(lab),
  ]);
  return found.flat();
}

/** The ports that the lab would publish and that something else has. */
async function findUsedPorts(lab: Lab): Promise<string[]> {
  const inventory = describeInventory(lab);
  const wanted = lab.hosts.flatMap(({ name }) =>
    Object.entries(addressesOf(inventory, name).published).map(([port, endpoint]) => ({
      what: `${port} of host ${name}`,
      number: endpoint.port,
    })),
  );
  if (lab.container !== undefined) wanted.push({ what: 'the container', number: describeContainer(lab.config).port });
  const owners = await publishedPorts();
  return wanted
    .filter(({ number }) => owners.get(number)?.stack !== lab.stack)
    .flatMap(({ what, number }) => {
      const owner = owners.get(number);
      // Which process it is takes a look at all of them, so only foreign ports are asked for.
      const listener = findListener(number);
      if (listener === undefined) return [];
      const who = owner === undefined ? (listener.process ?? 'another process') : `container ${owner.name}`;
      return [
        `Port ${number} of 127.0.0.1 (for ${what}) is in use by ${who}. End it, or choose other ports: -c lab:portBase=${suggestBase(number)}`,
      ];
    });
}

/** Names choose ports, and two names may choose the same: a lab that comes later is given others. One that is there stays where it is. */
export async function chooseLocalSettings({ config, stack }: Lab): Promise<string[]> {
  const published = await publishedPorts();
  const isThere = [...published.values()].some((owner) => owner.stack === stack);
  const base = isThere ? undefined : choosePortBase(config, published.keys());
  return base === undefined ? [] : [`lab:portBase=${base}`];
}

async function publishedPorts(): Promise<Map<number, { name: string; stack: string }>> {
  const format = `{{.Names}}|{{.Label "${STACK_LABEL}"}}|{{.Ports}}`;
  const { stdout } = await runCommand('docker', ['ps', '--format', format], { timeoutMs: 30_000 });
  const owners = new Map<number, { name: string; stack: string }>();
  for (const line of stdout.split('\n')) {
    const [name = '', stack = '', ports = ''] = line.split('|');
    // Ports in a row are one entry: 127.0.0.1:8000-8002->80-82/tcp.
    for (const [, first, last = first] of ports.matchAll(/:(\d+)(?:-(\d+))?->/g))
      for (let port = Number(first); port <= Number(last); port++) owners.set(port, { name, stack });
  }
  return owners;
}

function suggestBase(port: number): number {
  return port - (port % 100) + 1000 > 32_000 ? 20_000 : port - (port % 100) + 1000;
}

async function findOrphanedBrokers(lab: Lab): Promise<string[]> {
  const filter = `label=${STACK_LABEL}=${lab.stack}`;
  const { stdout } = await runCommand('docker', ['volume', 'ls', '--filter', filter, '--format', '{{.Name}}'], {
    timeoutMs: 30_000,
  });
  return describeOrphanedBrokers(lab, stdout.split('\n').filter((name) => /-kafka-\d+-data$/.test(name)).length);
}

async function findFullDisk(): Promise<string[]> {
  const { stdout } = await runCommand('docker', ['info', '--format', '{{.DockerRootDir}}'], { timeoutMs: 30_000 });
  const folder = stdout.trim();
  const free = freeMib(folder);
  if (free === undefined || free >= LEAST_FREE_MIB) return [];
  return [
    `The disk is full: ${folder} has ${free} MiB free, and the hosts need ${LEAST_FREE_MIB} MiB. Free some (docker system df shows what the engine keeps).`,
  ];
}

/** Undefined where the folder is not on this machine, as with an engine elsewhere. */
export function freeMib(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return Math.floor((bavail * bsize) / 2 ** 20);
  } catch {
    return undefined;
  }
}
