/** A real broker on this machine, for tests that a stand-in would only pretend to pass: one node, a fresh folder. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createKafka } from '@cloud-lab/common/kafka';
import { pino } from 'pino';
import { inject } from 'vitest';

const JAVA = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const START_LIMIT_MS = 60_000;

export interface RealKafka {
  /** `host:port`. */
  broker: string;
  createTopics(topics: Record<string, number>): Promise<void>;
  /** Messages that were ever written to a topic. */
  countMessages(topic: string): Promise<number>;
  /** Ends the broker without a word, as a lost host does. */
  kill(): Promise<void>;
  /** Starts it again on what it had written. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A port that nobody listens on now. */
async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}

const describeBroker = (port: number, controllerPort: number, folder: string): string =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.bootstrap.servers': `127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'log.dirs': join(folder, 'log'),
    'auto.create.topics.enable': 'false',
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'broker.session.timeout.ms': '3000',
    'broker.heartbeat.interval.ms': '500',
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

async function waitForExit(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}

/** Starts a broker, and waits until it answers. */
export async function startKafka(): Promise<RealKafka> {
  const folder = await mkdtemp(join(tmpdir(), 'kafka-'));
  const [port, controllerPort] = [await findPort(), await findPort()];
  const settings = join(folder, 'server.properties');
  const java = [...JAVA, '-cp', join(inject('kafkaJars'), '*')];
  await writeFile(settings, describeBroker(port, controllerPort, folder));
  const format = ['kafka.tools.StorageTool', 'format', '--standalone', '-t', 'Tk9fU0VDUkVUX0hFUkVfMQ', '-c', settings];
  await promisify(execFile)('java', [...java, ...format]);

  const broker = `127.0.0.1:${port}`;
  const retry = { initialRetryTime: 100, maxRetryTime: 200, retries: START_LIMIT_MS / 200 };
  const admin = createKafka({
    brokers: [broker],
    clientId: 'test',
    logger: pino({ level: 'silent' }),
    retry,
  }).admin();
  const run = async (): Promise<ChildProcess> => {
    const child = spawn('java', [...java, 'kafka.Kafka', settings], { stdio: 'ignore' });
    await admin.connect();
    for (;;) {
      const { brokers } = await admin.describeCluster().catch(() => ({ brokers: [] }));
      if (brokers.length === 1) return child;
      if (child.exitCode !== null) throw new Error('The broker ended at its start.');
      await delay(100);
    }
  };
  let child = await run();
  const kill = async () => {
    child.kill('SIGKILL');
    await waitForExit(child);
  };
  return {
    broker,
    createTopics: async (topics) => {
      const wanted = Object.entries(topics).map(([topic, numPartitions]) => ({ topic, numPartitions }));
      await admin.createTopics({ waitForLeaders: true, topics: wanted });
    },
    countMessages: async (topic) => {
      const partitions = await admin.fetchTopicOffsets(topic);
      return partitions.reduce((sum, { high }) => sum + Number(high), 0);
    },
    kill,
    restart: async () => {
      child = await run();
    },
    stop: async () => {
      await admin.disconnect();
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
