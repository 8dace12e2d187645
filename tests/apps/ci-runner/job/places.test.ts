/** The runner's health counts a place only where somebody listens at its socket. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { arePlacesOpen } from '../../../../apps/ci-runner/src/job/places.ts';

const SLOTS = 2;

/** A folder of sockets with a listener at each of these. */
async function placesWith(...names: string[]): Promise<{ folder: string; servers: Map<string, Server> }> {
  const folder = mkdtempSync(join(tmpdir(), 'places-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const servers = new Map<string, Server>();
  for (const name of names) {
    const server = createServer(() => expect.fail('a connection would start a sandbox')).listen(join(folder, name));
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    servers.set(name, server);
  }
  return { folder, servers };
}

const ALL = ['1.sock', '2.sock', 'fetch.sock'];

test('places are open where every socket is listened at, that of the package cache among them', async () => {
  const { folder } = await placesWith(...ALL);
  expect(await arePlacesOpen(folder, SLOTS)).toBe(true);
});

test.each(ALL)('they are not where %s is missing', async (missing) => {
  const { folder } = await placesWith(...ALL.filter((name) => name !== missing));
  expect(await arePlacesOpen(folder, SLOTS)).toBe(false);
});

test.each(ALL)('they are not where the file of %s was removed', async (name) => {
  const { folder } = await placesWith(...ALL);
  await rm(join(folder, name));
  expect(await arePlacesOpen(folder, SLOTS)).toBe(false);
});

test('more places than are wanted do no harm', async () => {
  const { folder } = await placesWith(...ALL, '3.sock');
  expect(await arePlacesOpen(folder, SLOTS)).toBe(true);
  expect(await arePlacesOpen(join(folder, 'away'), SLOTS)).toBe(false);
});

test('a file that a socket has left behind is no place', async () => {
  const { folder } = await placesWith('1.sock', 'fetch.sock');
  const { spawnSync } = await import('node:child_process');
  const leave = `import socket; s = socket.socket(socket.AF_UNIX); s.bind(${JSON.stringify(join(folder, '2.sock'))}); s.listen()`;
  expect(spawnSync('python3', ['-c', leave]).status).toBe(0);
  expect(await arePlacesOpen(folder, SLOTS)).toBe(false);
});
