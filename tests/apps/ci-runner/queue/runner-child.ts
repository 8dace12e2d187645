/** A runner as a process, for tests that kill it: its jobs only wait. Tells what happens to them, a line of JSON each. */
import { setTimeout as delay } from 'node:timers/promises';
import { createKafka } from '@cloud-lab/common/kafka';
import { pino } from 'pino';
import { JobQueue } from '../../../../apps/ci-runner/src/queue/job-queue.ts';
import type { JobEvent } from './test-runner.ts';

const [broker = '', runner = '', slots = ''] = process.argv.slice(2);
const logger = pino({ level: process.env.LOG_LEVEL ?? 'silent' }, pino.destination(2));

function tell(event: JobEvent['event'], job: string): void {
  const told: JobEvent = { event, job, runner, at: Date.now() };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}

const queue = new JobQueue({
  kafka: createKafka({ brokers: [broker], clientId: runner, logger }),
  logger,
  slots: Number(slots),
  handle: async ({ id, branch }, signal) => {
    tell('start', id);
    try {
      // A job's branch says how many milliseconds it takes.
      await delay(Number(branch), undefined, { signal });
    } catch (error) {
      tell('abort', id);
      throw error;
    }
    tell('end', id);
  },
});
queue.start();
process.once('SIGTERM', async () => {
  await queue.stop();
  process.exit();
});
