/**
 * The process around one job: started by systemd for a connection on the socket of a place, in a unit whose limits are the job's.
 * It ends with that connection, and systemd ends whatever is then left in the unit.
 */
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { readEnvironment } from '@cloud-lab/common/environment';
import { createLogger } from '@cloud-lab/common/log';
import Type from 'typebox';
import { createSandboxApp } from './app.ts';
import { prepareSandbox } from './job-files.ts';

const Environment = Type.Object({
  SANDBOX_DIR: Type.String({ pattern: '^/', default: '/job', description: 'a folder that ends with this unit' }),
  CACHE_DIR: Type.String({ pattern: '^/', default: '/data/ci-cache', description: 'the package caches' }),
  TOOLS_DIR: Type.String({ pattern: '^/', default: '/opt/lab/ci-runner', description: 'the programs of the runner' }),
  MAY_STORE: Type.Boolean({ default: false, description: 'whether it fetches packages that jobs share' }),
  PROXY_DIR: Type.String({
    pattern: '^/',
    default: '/run/ci-proxy',
    description: 'folder of the sockets of the proxy',
  }),
});

/** The first file descriptor that systemd hands to a unit of a socket. */
const SYSTEMD_SOCKET = 3;
const FIRST_CONNECTION_MS = 30_000;

const logger = createLogger('ci-sandbox');

async function main(): Promise<void> {
  const settings = readEnvironment(Environment);
  const reachable = Object.keys(networkInterfaces()).filter((name) => name !== 'lo');
  if (reachable.length > 0) {
    throw new Error(
      `This unit has a network (${reachable.join(', ')}): no job is run in it. It wants PrivateNetwork=yes.`,
    );
  }
  process.umask(0o077);
  const top = settings.SANDBOX_DIR;
  const paths = {
    workspace: `${top}/files`,
    etc: `${top}/etc`,
    cache: settings.CACHE_DIR,
    tools: settings.TOOLS_DIR,
  };
  await prepareSandbox(paths);
  const app = createSandboxApp({ paths, proxyDir: settings.PROXY_DIR, mayStore: settings.MAY_STORE });
  await app.ready();
  app.server.requestTimeout = 0;
  app.server.keepAliveTimeout = 0;
  const patience = setTimeout(() => process.exit(0), FIRST_CONNECTION_MS);
  // Only the first is taken: the next one waits in the socket, for the next process.
  const listener = createServer({ noDelay: true }, (socket) => {
    clearTimeout(patience);
    listener.close();
    socket.once('close', () => process.exit(0));
    app.server.emit('connection', socket);
  });
  listener.listen({ fd: SYSTEMD_SOCKET });
}

main().catch((error: unknown) => {
  logger.fatal({ err: error }, error instanceof Error ? error.message : String(error));
  process.exit(1);
});
