/**
 * Listens to the topic ci.results and hands each update on until it is recorded.
 *
 * All web processes are one consumer group with stored offsets. An offset is committed only after the update is in the
 * database, so what arrives while the web app (or the database) is down is read when it is back: queued and running
 * runs are caught up from the stored offset, and from the beginning where there is none yet. Recording is idempotent,
 * so a message read twice does no harm. A group per process would re-read the topic at each start instead, and leave a
 * dead group behind each time. Requests that wait in another process learn of the result from the database.
 */
import { CI_RESULTS_TOPIC, CI_STEPS, CiUpdate } from '@cloud-lab/common/ci-messages';
import { RESULTS_GROUP } from '@cloud-lab/common/topics';
import type { FastifyBaseLogger } from 'fastify';
import type { Consumer, Kafka } from 'kafkajs';
import { Value } from 'typebox/value';

// After a crash the dead process keeps its partitions for so long.
const SESSION_TIMEOUT_MS = 10_000;
const RETRY_MS = 2_000;

// kafkajs restarts a crashed consumer in a timer of its own, where a second failure is an unhandled rejection:
// the loop below is the only one to start again.
const RETRY = { restartOnFailure: async () => false };

export interface ResultListener {
  start(): void;
  stop(): Promise<void>;
}

/** Feeds every well-formed update to `record`; keeps trying for as long as Kafka is away. */
export function createResultListener(
  kafka: Kafka,
  record: (update: CiUpdate) => Promise<void>,
  log: FastifyBaseLogger,
): ResultListener {
  const stopping = Promise.withResolvers<'stop'>();
  let loop: Promise<void> = Promise.resolve();
  let stopped = false;

  const listen = async (consumer: Consumer): Promise<'stop' | 'crash'> => {
    const crashed = Promise.withResolvers<'crash'>();
    consumer.on(consumer.events.CRASH, () => crashed.resolve('crash'));
    await consumer.connect();
    await consumer.subscribe({ topics: [CI_RESULTS_TOPIC], fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message, partition }) => {
        const update = parseUpdate(message.value);
        if (update === undefined) {
          log.warn({ partition, offset: message.offset }, 'skipped a message on ci.results that is no update of a run');
          return;
        }
        await record(update);
      },
    });
    return Promise.race([crashed.promise, stopping.promise]);
  };

  const listenForever = async (): Promise<void> => {
    while (!stopped) {
      const consumer = kafka.consumer({ groupId: RESULTS_GROUP, sessionTimeout: SESSION_TIMEOUT_MS, retry: RETRY });
      try {
        await listen(consumer);
      } catch (error) {
        log.warn({ err: error }, 'cannot listen to the results of the CI yet; trying again');
      }
      await consumer.disconnect().catch(() => undefined);
      if (!stopped) await Promise.race([pause(RETRY_MS), stopping.promise]);
    }
  };

  return {
    start() {
      loop = listenForever();
    },
    async stop() {
      stopped = true;
      stopping.resolve('stop');
      await loop;
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

/** The update in a message, or undefined when it is none. */
export function parseUpdate(value: Buffer | null): CiUpdate | undefined {
  let update: unknown;
  try {
    update = JSON.parse(value?.toString('utf8') ?? '');
  } catch {
    return undefined;
  }
  if (!Value.Check(CiUpdate, update)) return undefined;
  const { steps, startedAt } = update;
  const ends = update.state === 'running' ? [] : [update.finishedAt];
  const times = steps.flatMap((step) => [step.startedAt, ...(step.finishedAt === null ? [] : [step.finishedAt])]);
  const sound = [startedAt, ...ends, ...times].every((date) => Number.isFinite(Date.parse(date)));
  return sound && steps.length <= CI_STEPS.length ? update : undefined;
}
