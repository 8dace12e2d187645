/** What the storage has said is stored is there, also when it is killed in the next moment. */
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { type RealStorage, startStorage } from '../../helpers/real-storage.ts';
import { temporaryFolder } from '../../tools/fake-project.ts';

const CONTAINER = 'ci-runs';

async function kill(storage: RealStorage): Promise<void> {
  const ended = once(storage.process, 'exit');
  storage.process.kill('SIGKILL');
  await ended;
}

async function textOf({ service }: RealStorage, name: string): Promise<string> {
  return (await service.getContainerClient(CONTAINER).getBlobClient(name).downloadToBuffer()).toString();
}

test('blobs that were stored just before a kill -9 are there afterwards, and what was appended before them', async () => {
  const folder = temporaryFolder();
  const before = await startStorage(folder);
  const container = before.service.getContainerClient(CONTAINER);
  await container.create();
  const log = container.getAppendBlobClient('log.txt');
  await log.create();
  await log.appendBlock('one\n', 4);
  const block = container.getBlockBlobClient('blocks');
  const id = Buffer.from('block-1').toString('base64');
  await block.stageBlock(id, 'x'.repeat(9), 9);
  await block.commitBlockList([id]);
  const names = Array.from({ length: 20 }, (_, index) => `report/${index}.html`);
  await Promise.all(names.map((name) => container.getBlockBlobClient(name).upload(name, name.length)));
  await kill(before);

  const after = await startStorage(folder);
  for (const name of names) expect(await textOf(after, name)).toBe(name);
  expect(await textOf(after, 'blocks')).toBe('x'.repeat(9));
  expect(await textOf(after, 'log.txt')).toBe('one\n');
});
