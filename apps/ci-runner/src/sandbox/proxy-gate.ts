/** Opens a port of the job's own loopback interface that leads to the host's proxy, for as long as a step may use it. */
import { connect, createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';

/**
 * @param socket Unix socket on which the proxy listens
 * @returns what closes the gate, with all that goes through it
 */
export async function openProxyGate(port: number, socket: string): Promise<() => Promise<void>> {
  const closing = new AbortController();
  const server = createServer({ allowHalfOpen: true }, (inside) => {
    const outside = connect({ path: socket, allowHalfOpen: true });
    const { signal } = closing;
    void Promise.all([pipeline(inside, outside, { signal }), pipeline(outside, inside, { signal })]).catch(() => {
      // Either side may hang up at any time.
      inside.destroy();
      outside.destroy();
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise;
  return async () => {
    closing.abort();
    await new Promise((resolve) => server.close(resolve));
  };
}
