/** The way out of a job, with real connections: a step's port, the gate, the proxy's socket, a server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openProxies } from '../../../../apps/ci-runner/src/proxy/proxy.ts';
import { openProxyGate } from '../../../../apps/ci-runner/src/sandbox/proxy-gate.ts';

let folder: string;
let server: Server;
let target: string;
let closeProxies: () => Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-proxy-'));
  server = createServer((_request, response) => void response.end('from the server'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  target = `localhost:${(server.address() as AddressInfo).port}`;
  const allowed = { git: [target], registries: ['registry.example'] };
  closeProxies = await openProxies({ folder, allowed, logger: pino({ level: 'silent' }) });
});
afterAll(async () => {
  await closeProxies();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Says `request` to whatever listens, and gives all that comes back. */
async function converse(where: { port: number } | { path: string }, request: string): Promise<string> {
  const socket = connect('port' in where ? { port: where.port, host: '127.0.0.1' } : { path: where.path });
  socket.write(request);
  return text(socket);
}

const get = (host: string): string => `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
const socketOf = (network: string) => ({ path: join(folder, `${network}.sock`) });

describe('the proxy', () => {
  it('fetches what its network allows', async () => {
    expect(await converse(socketOf('git'), get(target))).toMatch(/^HTTP\/1\.1 200 [\s\S]*from the server$/);
  });

  it('tunnels to what its network allows', async () => {
    const tunnel = `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    expect(await converse(socketOf('git'), tunnel)).toMatch(/200 Connection Established[\s\S]*from the server$/);
  });

  it.each(['registries', 'internet'])('refuses the same target on the network %s', async (network) => {
    expect(await converse(socketOf(network), get(target))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await converse(socketOf(network), `CONNECT ${target} HTTP/1.1\r\n\r\n`)).not.toContain('200');
  });

  it('looks at the address behind a name, whatever the name says', async () => {
    const port = target.split(':')[1];
    // Not written as an address, yet the resolver takes it for 127.0.0.1.
    const disguised = `CONNECT 0x7f000001:${port === '80' ? 443 : 80} HTTP/1.1\r\n\r\n`;
    expect(await converse(socketOf('internet'), disguised)).not.toContain('200');
  });
});

describe('the gate of a step', () => {
  it('leads to the proxy while it is open, and nowhere after', async () => {
    const port = await freePort();
    const close = await openProxyGate(port, socketOf('git').path);
    expect(await converse({ port }, get(target))).toContain('from the server');
    await close();
    await expect(converse({ port }, get(target))).rejects.toThrow('ECONNREFUSED');
  });

  it('closes with connections in it', async () => {
    const port = await freePort();
    const close = await openProxyGate(port, socketOf('git').path);
    const idle = converse({ port }, '');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await close();
    expect(await idle).toBe('');
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
