/** The web process: reads its configuration, serves at once, and stops in good order. */
import { createLogger } from '@cloud-lab/common/log';
import { buildApp } from './app.ts';
import { findAssets } from './assets.ts';
import { ConfigError, readConfig } from './config.ts';
import { buildMetricsApp } from './metrics-app.ts';
import { buildOperatorApp } from './operator-app.ts';
import { createServices } from './services.ts';

const STOP_LIMIT_MS = 10_000;
const log = createLogger('web');

async function main(): Promise<void> {
  const config = readConfig(process.env);
  const services = createServices(config, log);
  const lab = { name: config.labName, version: config.version, endpoints: config.endpoints };
  const webhook = { secret: config.webhookSecret, gitUrl: config.gitUrl };
  const limits = { clientsPerAddress: config.clientsPerAddress, labNetworks: config.labNetworks };
  const app = await buildApp({ ...services, lab, webhook, limits, assets: findAssets(), log });
  const metricsApp = buildMetricsApp(services.metrics, services.health, log);
  const operatorApp = buildOperatorApp(services.ci, log);

  let stopping = false;
  const stop = async (why: string, exitCode: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ why }, 'stopping');
    setTimeout(() => {
      log.error(`not stopped within ${STOP_LIMIT_MS / 1000} s: giving up`);
      process.exit(1);
    }, STOP_LIMIT_MS).unref();
    await Promise.all([app.close(), metricsApp.close(), operatorApp.close()]);
    await services.stop();
    process.exit(exitCode);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal, 0));

  await app.listen({ host: config.host, port: config.port });
  await metricsApp.listen({ host: '0.0.0.0', port: config.metricsPort });
  if (config.operatorSocket !== undefined) await operatorApp.listen({ path: config.operatorSocket });
  services.start().catch((err: unknown) => {
    log.fatal({ err }, 'the web app cannot work without its database');
    void stop('no database', 1);
  });
}

main().catch((err: unknown) => {
  if (err instanceof ConfigError) log.fatal(err.message);
  else log.fatal({ err }, 'the web app cannot start');
  process.exit(1);
});
