/** What runs leave, read from the lab's own kind of blob storage. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createBlobService } from '@cloud-lab/common/blob';
import {
  CI_CONTAINER,
  cancelledBlobName,
  logBlobName,
  MAX_DOCUMENT_BYTES,
  reportPrefix,
  runPrefix,
  testsBlobName,
} from '@cloud-lab/common/ci-messages';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createBlobReportStore } from '../../../apps/web/src/ci/report-store.ts';
import { scratchFolder } from './helper.ts';

const KEY = Buffer.from('key').toString('base64');
const STORAGE = join(import.meta.dirname, '../../../apps/storage/src/server.ts');

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

let storage: ChildProcess;
let container: ReturnType<ReturnType<typeof createBlobService>['getContainerClient']>;
let reports: ReturnType<typeof createBlobReportStore>;

beforeAll(async () => {
  const port = await findFreePort();
  const flags = [
    '--inMemoryPersistence',
    '--silent',
    '--skipApiVersionCheck',
    '--disableTelemetry',
    '--blobPort',
    `${port}`,
  ];
  const env = { ...process.env, AZURITE_ACCOUNTS: `lab:${KEY}` };
  storage = spawn(process.execPath, [STORAGE, ...flags], { env, cwd: scratchFolder(), stdio: 'ignore' });
  const service = createBlobService({ url: `http://127.0.0.1:${port}/lab`, accountName: 'lab', accountKey: KEY });
  reports = createBlobReportStore(service);
  container = service.getContainerClient(CI_CONTAINER);
  await vi.waitFor(() => container.createIfNotExists(), { timeout: 20_000, interval: 100 });
}, 30_000);
afterAll(() => storage.kill());

const put = (name: string, text: string) => container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));

describe('the log', () => {
  it('is read from where the reader is, and tells its size', async () => {
    const id = randomUUID();
    expect(await reports.log(id, 0)).toEqual({ bytes: Buffer.alloc(0), size: 0, begunAt: undefined });
    const blob = container.getAppendBlobClient(logBlobName(id));
    await blob.create();
    expect(await reports.log(id, 0)).toMatchObject({ bytes: Buffer.alloc(0), size: 0 });
    await blob.appendBlock('hello', 5);
    const { begunAt, ...piece } = await reports.log(id, 0);
    expect(piece).toEqual({ bytes: Buffer.from('hello'), size: 5 });
    expect(begunAt).toEqual((await blob.getProperties()).createdOn);
    await blob.appendBlock(' you', 4);
    expect(await reports.log(id, 5)).toMatchObject({ bytes: Buffer.from(' you'), size: 9 });
    expect(await reports.log(id, 9)).toMatchObject({ bytes: Buffer.alloc(0), size: 9 });
    // Begun anew by another runner: shorter than where the reader is.
    await blob.create();
    await blob.appendBlock('new', 3);
    expect(await reports.log(id, 9)).toMatchObject({ bytes: Buffer.alloc(0), size: 3 });
  });
});

describe('files and documents', () => {
  it('are there or not', async () => {
    const id = randomUUID();
    await put(`${reportPrefix(id)}index.html`, '<h1>');
    await put(testsBlobName(id), '{"tests":[]}');
    expect(await reports.file(id, 'index.html')).toMatchObject({ size: 4, etag: expect.any(String) });
    expect(await reports.file(id, 'other.html')).toBeUndefined();
    expect((await reports.document(testsBlobName(id)))?.toString()).toBe('{"tests":[]}');
    expect(await reports.document(testsBlobName(randomUUID()))).toBeUndefined();
  });

  it('are read up to a size, whatever the storage says of it', async () => {
    const id = randomUUID();
    await put(testsBlobName(id), 'x'.repeat(MAX_DOCUMENT_BYTES));
    expect((await reports.document(testsBlobName(id)))?.length).toBe(MAX_DOCUMENT_BYTES);
    await put(testsBlobName(id), 'x'.repeat(MAX_DOCUMENT_BYTES + 1));
    await expect(reports.document(testsBlobName(id))).rejects.toMatchObject({ statusCode: 404 });
    await put(testsBlobName(id), '');
    expect((await reports.document(testsBlobName(id)))?.length).toBe(0);
  });

  it('go with their run, and with no other', async () => {
    const [gone, kept] = [randomUUID(), randomUUID()];
    for (let index = 0; index < 20; index += 1) await put(`${reportPrefix(gone)}${index}.html`, 'x');
    await put(testsBlobName(gone), '{}');
    await put(testsBlobName(kept), '{}');
    await Promise.all([reports.remove(gone), reports.remove(gone)]);
    const left: string[] = [];
    for await (const { name } of container.listBlobsFlat({ prefix: runPrefix(gone) })) left.push(name);
    expect(left).toEqual([]);
    expect(await reports.document(testsBlobName(kept))).toBeDefined();
    await expect(reports.remove(gone)).resolves.toBeUndefined();
  });
});

it('the mark of a cancelled run is where its runner looks, also in a lab that has run nothing yet', async () => {
  const id = randomUUID();
  await container.delete();
  await reports.markCancelled(id);
  await reports.markCancelled(id);
  expect(await container.getBlobClient(cancelledBlobName(id)).exists()).toBe(true);
});

it('all that a run has left is measured together, and a run that left nothing takes nothing', async () => {
  const id = randomUUID();
  expect(await reports.measure(id)).toBe(0);
  await put(testsBlobName(id), 'x'.repeat(10));
  await put(`${reportPrefix(id)}a/b.html`, 'x'.repeat(5));
  await put(`${reportPrefix(randomUUID())}index.html`, 'x'.repeat(100));
  expect(await reports.measure(id)).toBe(15);
});
