/** Which ports of a local lab answer whom: the declared table, scanned from every side. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { describeContainer } from '../../infra/clouds/local/addresses.ts';
import { E2E_SETTINGS } from '../helpers/e2e-settings.ts';
import { labWith } from '../helpers/lab.ts';
import { onHost, outputOf, run } from '../helpers/launcher.ts';
import { expectedPorts, portsToTry, readPorts, SCAN, SCAN_WITH_NODE, type Scanner } from '../helpers/port-scan.ts';

const { stack, outputs } = inject('e2e');
const lab = labWith({ ...E2E_SETTINGS, 'lab:portBase': '20000' }, stack);
const internalOf = (host: string): string => outputs.hosts[host]?.internal ?? '';
const byNumber = (a: number, b: number): number => a - b;

/** A machine of the same network as this one, which routes to the lab through it. */
const NEIGHBOUR = `lab-neighbour-${process.pid}`;
const LINK = `nb${process.pid}`.slice(0, 12);
const OURS = '198.18.77.1';
const THEIRS = '198.18.77.2';
const isRoot = process.getuid?.() === 0;

async function scan(scanner: Scanner, address: string, ports: readonly string[]): Promise<number[]> {
  const python = ['python3', '-c', SCAN, address, ...ports];
  const output = (): Promise<string> => {
    switch (scanner) {
      case 'machine':
        return outputOf('python3', python.slice(1));
      case 'neighbour':
        return outputOf('ip', ['netns', 'exec', NEIGHBOUR, ...python]);
      case 'container':
        return outputOf('docker', ['exec', `lab-${stack}-numbers`, 'node', '-e', SCAN_WITH_NODE, address, ...ports]);
      default:
        return onHost(stack, scanner.name, ...python);
    }
  };
  return readPorts(await output()).sort(byNumber);
}

describe.each(lab.hosts.map((host) => [host.name, host] as const))('host %s', (name, host) => {
  let ports: string[];
  beforeAll(async () => {
    ports = portsToTry(host.ports, await onHost(stack, name, 'ss', '--tcp', '--listening', '--numeric', '--no-header'));
  });

  test('answers this machine on the ports declared for outside, and no other', async () => {
    expect(await scan('machine', internalOf(name), ports)).toEqual(expectedPorts(host.ports, 'machine').sort(byNumber));
  });

  test('answers each other host on what is declared for its roles, and no other port', async () => {
    const others = lab.hosts.filter((each) => each !== host);
    const open = await Promise.all(
      others.map(async (other) => [other.name, await scan(other, internalOf(name), ports)] as const),
    );
    const expected = others.map((other) => [other.name, expectedPorts(host.ports, other).sort(byNumber)] as const);
    expect(Object.fromEntries(open)).toEqual(Object.fromEntries(expected));
  });

  test.skipIf(lab.container === undefined)('answers the container instance on no port', async () => {
    expect(await scan('container', internalOf(name), ports)).toEqual([]);
  });
});

describe.skipIf(!isRoot)('another machine (a network namespace takes root)', () => {
  beforeAll(async () => {
    const script = `
      ip netns add ${NEIGHBOUR}
      ip link add ${LINK}a type veth peer name ${LINK}b netns ${NEIGHBOUR}
      ip addr add ${OURS}/30 dev ${LINK}a
      ip link set ${LINK}a up
      ip -n ${NEIGHBOUR} addr add ${THEIRS}/30 dev ${LINK}b
      ip -n ${NEIGHBOUR} link set ${LINK}b up
      ip -n ${NEIGHBOUR} route add default via ${OURS}`;
    await outputOf('sh', ['-euc', script]);
    // This machine would forward for it.
    expect((await outputOf('cat', ['/proc/sys/net/ipv4/ip_forward'])).trim()).toBe('1');
  });
  afterAll(async () => {
    await run('ip', ['netns', 'delete', NEIGHBOUR]);
    await run('ip', ['link', 'delete', `${LINK}a`]);
  });

  test('reaches a port that is open on this machine: it is there, and its scans find what is open', async () => {
    const server = createServer().listen(0, OURS);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await scan('neighbour', OURS, [String(port)])).toEqual([port]);
    server.close();
  });

  test.each(lab.hosts.map((host) => [host.name, host] as const))('reaches no port of host %s', async (name, host) => {
    expect(await scan('neighbour', internalOf(name), portsToTry(host.ports, ''))).toEqual([]);
  });

  test.skipIf(lab.container === undefined)('reaches no port of the container instance', async () => {
    expect(await scan('neighbour', describeContainer(lab.config).internal, ['8080', '80', '22'])).toEqual([]);
  });
});
