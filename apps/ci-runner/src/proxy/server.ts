/** The process of the proxy: its own user, its own unit, and nothing of the lab's secrets. */
import { EnvironmentError, readEnvironment } from '@cloud-lab/common/environment';
import { createLogger } from '@cloud-lab/common/log';
import Type from 'typebox';
import { openProxies } from './proxy.ts';

const HOSTS = '^[^,\\s]+(,[^,\\s]+)*$';
const Environment = Type.Object({
  PROXY_DIR: Type.String({ pattern: '^/', default: '/run/ci-proxy', description: 'folder of its sockets' }),
  GIT_HOSTS: Type.String({ pattern: HOSTS, description: 'hosts of repositories, with ports, separated by commas' }),
  REGISTRY_HOSTS: Type.String({ pattern: HOSTS, description: 'hosts of package registries, separated by commas' }),
  HTTPS_PROXY: Type.Optional(Type.String({ description: 'proxy through which this machine reaches the world' })),
});

const logger = createLogger('ci-proxy');

async function main(): Promise<void> {
  const { PROXY_DIR, GIT_HOSTS, REGISTRY_HOSTS, HTTPS_PROXY } = readEnvironment(Environment);
  const allowed = { git: GIT_HOSTS.split(','), registries: REGISTRY_HOSTS.split(',') };
  const upstream = HTTPS_PROXY === undefined ? {} : { upstreamProxyUrl: HTTPS_PROXY };
  const close = await openProxies({ folder: PROXY_DIR, allowed, logger, ...upstream });
  logger.info(allowed, 'The way out of jobs is open');
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => void close().finally(() => process.exit(0)));
  }
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof EnvironmentError) logger.fatal(message);
  else logger.fatal({ err: error }, message);
  process.exitCode = 1;
});
