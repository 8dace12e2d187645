/** Each part of the lab is asked to do what it is for, not whether something answers at its port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBlobService } from '@cloud-lab/common/blob';
import { HEALTH_TOPIC } from '@cloud-lab/common/topics';
import type { Admin, Kafka, Producer, ProducerRecord } from 'kafkajs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Probe, ProbeError } from '../../../apps/web/src/health/health.ts';
import { kafkaProbes } from '../../../apps/web/src/health/kafka-probes.ts';
import { gitProbe, storageProbe } from '../../../apps/web/src/health/probes.ts';
import { startStorage } from '../../helpers/real-storage.ts';
import { strict } from './helper.ts';

/** A server that answers a path, with its query or whatever the query, with a status, and any other with 404. */
async function serve(answers: Record<string, number>): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    const [path = ''] = url.split('?');
    asked.push(`${request.method} ${path}`);
    response.writeHead(answers[url] ?? answers[path] ?? 404).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const refs = (repository: string): string => `/git/${repository}.git/info/refs?service=git-upload-pack`;

describe('the Git server', () => {
  test('is well where a clone of each of its repositories can begin', async () => {
    const { url, asked } = await serve({ [refs('myapp')]: 200, [refs('other')]: 200, '/healthz': 200 });
    const probe = gitProbe(`${url}/git`, ['myapp', 'https://example.org/x', 'other']);
    expect(await probe.check()).toBe('Gives clones.');
    expect(asked.sort()).toEqual(['GET /git/myapp.git/info/refs', 'GET /git/other.git/info/refs']);
  });

  test('is not, whatever its health page says, where one cannot: it says which', async () => {
    const { url } = await serve({ [refs('myapp')]: 200, [refs('other')]: 502, '/healthz': 200 });
    await expect(gitProbe(`${url}/git`, ['myapp', 'other']).check()).rejects.toThrow(
      new ProbeError('The Git server gives no clone of other (502).'),
    );
  });

  test('without a repository has to say that there is none', async () => {
    const { url } = await serve({ [refs('no-repository')]: 404 });
    expect(await gitProbe(`${url}/git`, ['https://example.org/x']).check()).toBe('Answers requests.');
    const broken = await serve({ [refs('no-repository')]: 502 });
    await expect(gitProbe(`${broken.url}/git`, []).check()).rejects.toThrow(
      new ProbeError('The Git server answers 502.'),
    );
  });
});

describe('the storage', () => {
  test('is well where a blob is written and read, the first time and later', { timeout: 30_000 }, async () => {
    const { service } = await startStorage();
    const probe = storageProbe(service);
    expect(await probe.check()).toBe('Takes and gives blobs.');
    expect(await probe.check()).toBe('Takes and gives blobs.');
  });

  test('is not where it takes nothing, as with a full disk', async () => {
    const { url, asked } = await serve({ '/lab?restype=account&comp=properties': 200, '/lab/health/web': 507 });
    const service = createBlobService({ url: `${url}/lab`, accountName: 'lab', accountKey: 'a2V5' });
    const failed = storageProbe(service).check();
    await expect(failed).rejects.toThrow(ProbeError);
    await expect(failed).rejects.toThrow(/^The blob storage takes no blobs \(507\)\.$/);
    expect(asked).toEqual(['PUT /lab/health/web']);
  });

  test('is not where nobody answers', async () => {
    const service = createBlobService({ url: 'http://127.0.0.1:1/lab', accountName: 'lab', accountKey: 'a2V5' });
    const failed = storageProbe(service).check();
    await expect(failed).rejects.toThrow();
    await expect(failed).rejects.not.toBeInstanceOf(ProbeError);
  });
});

describe('Kafka', () => {
  type Fault = 'message' | 'connection';
  function kafkaWith(fault?: Fault) {
    const sent: ProducerRecord[] = [];
    const counts = { producers: 0, disconnected: 0 };
    const kafka = strict<Kafka>('kafka', {
      admin: () =>
        strict<Admin>('admin', {
          connect: async () => undefined,
          disconnect: async () => undefined,
          describeCluster: async () => ({
            brokers: [{ nodeId: 1, host: 'kafka-1', port: 9095 }],
            controller: 1,
            clusterId: 'x',
          }),
        }),
      producer: () => {
        counts.producers += 1;
        return strict<Producer>('producer', {
          connect: async () => {
            if (fault === 'connection') throw new Error('no connection');
          },
          disconnect: async () => {
            counts.disconnected += 1;
          },
          send: async (record) => {
            sent.push(record);
            if (fault === 'message') throw new Error('not enough in-sync replicas');
            return [];
          },
        });
      },
    });
    const { probes, stop } = kafkaProbes(kafka);
    const probe: Probe = probes.find(({ name }) => name === 'kafka') ?? expect.fail('no probe of Kafka');
    return { probe, stop, sent, counts };
  }

  test('is well where all copies in sync have a message, in every partition of a topic of its own', async () => {
    const { probe, stop, sent, counts } = kafkaWith();
    expect(await probe.check()).toBe('One broker takes messages.');
    expect(await probe.check()).toBe('One broker takes messages.');
    expect(sent).toHaveLength(2);
    expect(sent[0]).toMatchObject({ topic: HEALTH_TOPIC.topic, acks: -1 });
    expect(sent[0]?.messages.map(({ partition }) => partition)).toEqual([0, 1, 2]);
    await stop();
    expect(counts).toEqual({ producers: 1, disconnected: 1 });
  });

  test('is not where it lists its brokers but takes no message, and is connected to anew', async () => {
    const { probe, counts } = kafkaWith('message');
    await expect(probe.check()).rejects.toThrow('not enough in-sync replicas');
    await expect(probe.check()).rejects.toThrow('not enough in-sync replicas');
    expect(counts.producers).toBe(2);
    expect(probe.whenDown).toMatch(/takes no messages/);
  });

  test('is not where no producer gets through', async () => {
    await expect(kafkaWith('connection').probe.check()).rejects.toThrow('no connection');
  });
});
