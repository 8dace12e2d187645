/** How each part of the lab is asked whether it is well, by the protocol that it serves. */
import type { BlobServiceClient } from '@azure/storage-blob';
import { RUNNERS_GROUP } from '@cloud-lab/common/topics';
import type { Admin, Kafka } from 'kafkajs';
import type { Kysely } from 'kysely';
import { ping } from '../database/connect.ts';
import type { Tables } from '../database/schema.ts';
import { type Probe, ProbeError } from './health.ts';

const HTTP_LIMIT_MS = 2_000;

export interface KafkaProbes {
  probes: Probe[];
  stop(): Promise<void>;
}

/** Asks for `select 1`. */
export const databaseProbe = (db: Kysely<Tables>): Probe => ({
  name: 'database',
  title: 'Database',
  whenDown: 'The database does not answer. Runs of the CI cannot be kept or listed.',
  check: async () => {
    await ping(db);
    return 'Answers queries.';
  },
});

/** Asks for the storage account's properties. */
export const storageProbe = (service: BlobServiceClient): Probe => ({
  name: 'storage',
  title: 'Storage',
  whenDown: 'The blob storage does not answer. Logs and coverage reports cannot be read.',
  check: async () => {
    await service.getProperties({ abortSignal: AbortSignal.timeout(HTTP_LIMIT_MS) });
    return 'Answers requests.';
  },
});

/** Asks the Git server's own health page. */
export const gitProbe = (gitUrl: string): Probe => ({
  name: 'git',
  title: 'Git server',
  whenDown: 'The Git server does not answer. The CI cannot look up branches.',
  check: async () => {
    const answer = await fetch(new URL('healthz', gitUrl), { signal: AbortSignal.timeout(HTTP_LIMIT_MS) });
    await answer.body?.cancel();
    if (!answer.ok) throw new ProbeError(`The Git server says that it is not well (${answer.status}).`);
    return 'Answers requests.';
  },
});

/** Asks Kafka for its brokers, and for the members of the runners' group; one connection, made when first needed. */
export function kafkaProbes(kafka: Kafka): KafkaProbes {
  let connected: Promise<Admin> | undefined;

  const withAdmin = async <T>(use: (admin: Admin) => Promise<T>): Promise<T> => {
    connected ??= connect(kafka);
    const attempt = connected;
    try {
      return await use(await attempt);
    } catch (error) {
      if (connected === attempt) connected = undefined;
      void attempt.then((admin) => admin.disconnect()).catch(() => undefined);
      throw error;
    }
  };

  const brokers: Probe = {
    name: 'kafka',
    title: 'Kafka',
    whenDown: 'Kafka does not answer. New runs of the CI cannot be queued.',
    check: async () => {
      const { brokers } = await withAdmin((admin) => admin.describeCluster());
      return brokers.length === 1 ? 'One broker answers.' : `${brokers.length} brokers answer.`;
    },
  };
  const runners: Probe = {
    name: 'runners',
    title: 'CI runners',
    whenDown: 'Kafka does not answer, so nobody knows which runners are there.',
    check: async () => {
      const { groups } = await withAdmin((admin) => admin.describeGroups([RUNNERS_GROUP]));
      const count = groups[0]?.members.length ?? 0;
      if (count === 0) throw new ProbeError('No runner is there. Runs of the CI wait until one comes.');
      return count === 1 ? 'One runner is there.' : `${count} runners are there.`;
    },
  };

  return {
    probes: [brokers, runners],
    async stop() {
      const admin = await connected?.catch(() => undefined);
      await admin?.disconnect();
    },
  };
}

async function connect(kafka: Kafka): Promise<Admin> {
  const admin = kafka.admin({ retry: { retries: 1, initialRetryTime: 100 } });
  await admin.connect();
  return admin;
}
