/** The process of a CI runner: reads its settings, runs, and stops when it is asked to. */
import { EnvironmentError } from '@cloud-lab/common/environment';
import { createLogger } from '@cloud-lab/common/log';
import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { createRunner } from './runner.ts';

const logger = createLogger('ci-runner');

async function main(): Promise<void> {
  const config = readConfig();
  const runner = createRunner(config, logger);
  const app = createApp(() => runner.health());
  await app.listen({ host: config.HOST, port: config.PORT });
  runner.start();
  logger.info({ port: config.PORT, runner: config.RUNNER_NAME }, 'The runner is up');

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'The runner stops; the jobs that it was running go to others');
    await runner.stop();
    await app.close();
    process.exit(0);
  };
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof EnvironmentError) logger.fatal(message);
  else logger.fatal({ err: error }, message);
  process.exitCode = 1;
});
