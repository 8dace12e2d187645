/** Scans the ports of hosts from different places, and says which of them should be open there. */
import type { Host } from '../../infra/lab.ts';
import { isOutside, type Port } from '../../infra/roles.ts';

/** Where a scan starts: this machine, another host of the lab, a container instance, or another machine of the network. */
export type Scanner = 'machine' | Host | 'container' | 'neighbour';

/** Usual ports, beside those that something listens on. */
const USUAL = [21, 25, 53, 111, 443, 2375, 5432, 6379, 8000, 8080, 9000];

/** A program for python3 that prints which of the ports in its arguments (`address port...`) take a connection. */
export const SCAN = `import socket, sys
from concurrent.futures import ThreadPoolExecutor
def takes(port):
    with socket.socket() as s:
        s.settimeout(0.8)
        return s.connect_ex((sys.argv[1], port)) == 0
ports = [int(port) for port in sys.argv[2:]]
with ThreadPoolExecutor(32) as pool:
    print(*[port for port, open in zip(ports, pool.map(takes, ports)) if open])`;

/** The same for Node, where there is no Python. */
export const SCAN_WITH_NODE = `const [address, ...ports] = process.argv.slice(1);
const takes = (port) => new Promise((resolve) => {
  const socket = require('node:net').connect({ host: address, port: Number(port), timeout: 800 });
  const end = (open) => () => { socket.destroy(); resolve(open); };
  socket.on('connect', end(true)).on('timeout', end(false)).on('error', end(false));
});
Promise.all(ports.map(takes)).then((open) => console.log(ports.filter((_, index) => open[index]).join(' ')));`;

/** The ports of a host that a scanner should find open. */
export function expectedPorts(ports: readonly Port[], scanner: Scanner): number[] {
  return ports.filter(({ from }) => mayReach(from, scanner)).map(({ port }) => port);
}

function mayReach(from: Port['from'], scanner: Scanner): boolean {
  if (scanner === 'machine') return isOutside(from);
  if (scanner === 'container' || scanner === 'neighbour') return false;
  if (typeof from !== 'string') return scanner.roles.some(({ name }) => from.includes(name));
  return from === 'internet' || from === 'web' || from === 'lab';
}

/** What to try: the declared ports, those that something listens on (the output of `ss`), and some that should be closed everywhere. */
export function portsToTry(ports: readonly Port[], sockets: string): string[] {
  const listening = sockets
    .split('\n')
    .map((line) => line.trim().split(/\s+/)[3] ?? '')
    .filter((address) => address !== '' && !/^(127\.|\[::1\]|\[::ffff:127\.)/.test(address))
    .map((address) => Number(address.split(':').at(-1)));
  return [...new Set([...ports.map(({ port }) => port), ...listening, ...USUAL])].map(String);
}

/** The ports in the output of a scan. */
export const readPorts = (output: string): number[] => output.trim().split(/\s+/).filter(Boolean).map(Number);
