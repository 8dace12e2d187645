/** The process of a small HTTP service: it listens where its environment says, and ends when it is asked to. */
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import Type from 'typebox';
import { EnvironmentError, readEnvironment } from './environment.ts';
import { createLogger } from './log.ts';

const Environment = Type.Object({
  HOST: Type.String({ default: '0.0.0.0', description: 'address that it listens on' }),
  PORT: Type.Integer({ minimum: 0, maximum: 65_535, default: 8080, description: 'port that it listens on' }),
});

/** Runs a service until SIGTERM or SIGINT; where it cannot start, the log says why, and the exit status is 1. */
export async function runService(name: string, build: (log: FastifyBaseLogger) => FastifyInstance): Promise<void> {
  const log = createLogger(name);
  try {
    const { HOST, PORT } = readEnvironment(Environment);
    const app = build(log);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        log.info({ signal }, 'stopping');
        void app.close().finally(() => process.exit(0));
      });
    }
    await app.listen({ host: HOST, port: PORT });
  } catch (error) {
    if (error instanceof EnvironmentError) log.fatal(error.message);
    else log.fatal({ err: error }, `${name} cannot start`);
    process.exitCode = 1;
  }
}
