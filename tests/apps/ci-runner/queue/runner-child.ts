/** A runner as a process of its own, for tests that kill it: its jobs only wait. Tells what happens, a line of JSON each. */
import { setTimeout as delay } from 'node:timers/promises';
import { createKafka } from '@cloud-lab/common/kafka';
import { createLogger } from '@cloud-lab/common/log';
import { JobQueue } from '../../../../apps/ci-runner/src/queue/job-queue.ts';

const [broker = '', name = '', slots = ''] = process.argv.slice(2);
const tell = (event: string, job = '') => process.stdout.write(`${JSON.stringify({ event, job, at: Date.now() })}\n`);

const logger = createLogger(name);
logger.level = 'silent';
const queue = new JobQueue({
  kafka: createKafka({ brokers: [broker], clientId: name, logger }),
  logger,
  slots: Number(slots),
  // A job's branch says how many milliseconds it takes.
  handle: async (job, signal) => {
    tell('start', job.id);
    try {
      await delay(Number(job.branch), undefined, { signal });
    } catch (error) {
      tell('abort', job.id);
      throw error;
    }
    tell('end', job.id);
  },
});
queue.start();
process.once('SIGTERM', async () => {
  await queue.stop();
  tell('stopped');
  process.exit();
});
