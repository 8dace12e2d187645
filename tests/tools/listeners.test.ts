/** Whoever listens on a port is found, by name and process. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { findListener } from '../../tools/launcher/listeners.ts';
import { commandOf } from '../../tools/launcher/processes.ts';

describe.skipIf(process.platform !== 'linux')('a port (found in /proc, which only Linux has)', () => {
  test.each(['127.0.0.1', '0.0.0.0', '::1'])(
    'on which this process listens at %s is found with its name',
    async (host) => {
      await using server = createServer().listen(0, host);
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      expect(findListener(port)).toEqual({ port, process: `${commandOf(process.pid)} (process ${process.pid})` });
    },
  );

  test('that was given back is free', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await server[Symbol.asyncDispose]();
    expect(findListener(port)).toBeUndefined();
  });
});
