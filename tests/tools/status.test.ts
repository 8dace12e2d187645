import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { LabOutputs } from '../../infra/outputs.ts';
import { formatStatus, isHealthy, readStatus } from '../../tools/launcher/verbs/status.ts';

/** A server that answers each path with a status; another path with 404. */
async function serve(answers: Record<string, number>): Promise<string> {
  const server = createServer(({ url = '' }, response) => void response.writeHead(answers[url] ?? 404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A port at which nobody listens any more, as that of a container that was stopped. */
async function findClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The outputs of a lab without hosts: only what is published is asked. */
const outputsWith = (urls: Partial<LabOutputs>): LabOutputs => ({ ...urls, hosts: {}, ssh: {} }) as LabOutputs;
const NUMBERS = '/add_numbers?num1=1&num2=2';

test('asks what is published for what it is for, by the addresses that users have', async () => {
  const web = await serve({ '/': 200 });
  const container = await serve({ [NUMBERS]: 200 });
  const functions = await serve({ [`/api${NUMBERS}`]: 200 });
  const outputs = outputsWith({ webUrl: web, containerUrl: container, functionUrl: `${functions}/api/add_numbers` });
  const status = await readStatus(outputs);
  expect(status.services).toEqual([
    { service: 'web', url: web, state: 'healthy' },
    { service: 'container', url: container, state: 'healthy' },
    { service: 'function', url: `${functions}/api/add_numbers`, state: 'healthy' },
  ]);
  expect(isHealthy(status)).toBe(true);
});

test('is not healthy where a container or a function does not do it, and says what it does', async () => {
  const web = await serve({ '/': 200 });
  const functions = await serve({ [`/api${NUMBERS}`]: 500 });
  const stopped = `http://localhost:${await findClosedPort()}`;
  const functionUrl = `${functions}/api/add_numbers`;
  const status = await readStatus(outputsWith({ webUrl: web, containerUrl: stopped, functionUrl }));
  expect(isHealthy(status)).toBe(false);
  expect(status.services.map(({ state }) => state)).toEqual(['healthy', 'failed', 'failed']);
  const [, container, service] = formatStatus(status).split('\n');
  expect(container).toMatch(/^ {2}✗ container {2}http:\/\/localhost:\d+ +gives no answer \(.*ECONNREFUSED.*\)$/);
  expect(service).toBe(`  ✗ function   ${functionUrl} answers 500`);
});

test('a lab that has neither shows neither', async () => {
  const web = await serve({ '/': 200 });
  expect((await readStatus(outputsWith({ webUrl: web }))).services.map(({ service }) => service)).toEqual(['web']);
});

test('a host that is not well makes the lab so', () => {
  const sick = { host: 'web', state: 'starting' as const, reason: 'x', units: {} };
  expect(isHealthy({ hosts: [...hosts, sick], services: [] })).toBe(false);
  expect(isHealthy({ hosts, services: [] })).toBe(true);
});

const hosts = [{ host: 'kafka-1', state: 'healthy' as const, units: { 'kafka.service': 'ok' } }];

test("shows Kafka's brokers, topics and groups below the units, in columns", () => {
  const text = formatStatus({
    hosts,
    services: [{ service: 'container', url: 'http://localhost:24030', state: 'healthy' }],
    kafka: {
      brokers: [{ id: 1, host: 'kafka-1', leads: 5 }],
      brokerCount: 3,
      topics: [
        { topic: 'chat', partitions: 6, messages: 1200, behind: 0 },
        { topic: 'test_topic', partitions: 1, messages: 3, behind: 1 },
      ],
      groups: [{ group: 'test', state: 'Empty', members: 0, lag: 42 }],
    },
  });
  expect(text.split('\n')).toEqual([
    '  ✓ kafka-1    kafka.service                ok',
    '  ✓ container  http://localhost:24030       ok',
    '',
    '  Kafka: 1 of 3 brokers (kafka-1 leads 5)',
    '',
    '  TOPIC       PARTITIONS  MESSAGES  COPIES',
    '  chat                 6      1200  in sync',
    '  test_topic           1         3  1 behind',
    '',
    '  GROUP  MEMBERS  LAG  STATE',
    '  test         0   42  Empty',
  ]);
});

test('says nothing of Kafka where no broker answers: its units say why', () => {
  expect(formatStatus({ hosts, services: [] })).toBe('  ✓ kafka-1    kafka.service                ok');
});
