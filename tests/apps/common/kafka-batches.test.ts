/** Batches of Kafka's messages: every codec is read, and nothing is unpacked that is larger than a service can hold. */
import { type CompressionAlgorithmValue, createRecordsBatch } from '@platformatic/kafka';
import { afterEach, describe, expect, it } from 'vitest';
import { boundKafkaBatches, decodeBatches, type SkippedBatch } from '../../../apps/common/src/kafka-batches.ts';

const MIB = 1024 * 1024;
const CODECS: CompressionAlgorithmValue[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

const skipped: SkippedBatch[] = [];
boundKafkaBatches((batch) => skipped.push(batch));
afterEach(() => void skipped.splice(0));

/** A batch as a producer sends it, at an offset. */
function batchOf(
  values: readonly (string | Buffer)[],
  compression: CompressionAlgorithmValue,
  firstOffset = 0,
): Buffer {
  const messages = values.map((value) => ({ topic: 'chat', key: Buffer.from('room'), value: Buffer.from(value) }));
  const bytes = Buffer.from(createRecordsBatch(messages, { compression }).buffer);
  bytes.writeBigInt64BE(BigInt(firstOffset), 0);
  return bytes;
}

const shown = async (bytes: Buffer) =>
  (await decodeBatches(bytes)).map(({ offset, value, isControlRecord }) =>
    isControlRecord ? `${offset} passed over` : `${offset} ${value?.toString()}`,
  );

describe('a batch', () => {
  it.each(CODECS)('packed by %s is read', async (codec) => {
    const text = 'x'.repeat(1_000);
    expect(await shown(batchOf(['one', 'two', text], codec, 7))).toEqual(['7 one', '8 two', `9 ${text}`]);
    expect(skipped).toEqual([]);
  });

  it.each(CODECS.filter((codec) => codec !== 'none'))(
    'that %s unpacks to more than there is room for is passed over, and the next one read',
    async (codec) => {
      const bomb = batchOf(['before', Buffer.alloc(40 * MIB), 'after'], codec, 100);
      expect(bomb.length).toBeLessThan(3 * MIB);
      const before = process.memoryUsage().arrayBuffers;
      expect(await shown(Buffer.concat([bomb, batchOf(['next'], codec, 103)]))).toEqual([
        '102 passed over',
        '103 next',
      ]);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30 * MIB);
      expect(skipped).toMatchObject([{ firstOffset: '100', lastOffset: '102' }]);
    },
  );

  it('of more messages than are read at once is passed over', async () => {
    const many = batchOf(
      Array.from({ length: 100_001 }, () => ''),
      'zstd',
    );
    expect(await shown(many)).toEqual(['100000 passed over']);
  });

  it('that cannot be unpacked is passed over', async () => {
    const broken = batchOf(['one'], 'gzip');
    broken.fill(0xff, 61);
    expect(await shown(Buffer.concat([broken, batchOf(['two'], 'none', 1)]))).toEqual(['0 passed over', '1 two']);
    expect(skipped).toHaveLength(1);
  });

  it('that is cut off at the end of an answer is left for the next one', async () => {
    const [first, second] = [batchOf(['one'], 'none'), batchOf(['two'], 'none', 1)];
    for (const length of [1, 20, 61, second.length - 1]) {
      expect(await shown(Buffer.concat([first, second.subarray(0, length)]))).toEqual(['0 one']);
    }
    expect(await shown(Buffer.alloc(0))).toEqual([]);
  });
});

describe('many batches', () => {
  it('are read as long as there is room for all of them together; the rest is fetched again', async () => {
    const batches = Array.from({ length: 10 }, (_, index) => batchOf([Buffer.alloc(4 * MIB)], 'zstd', index));
    const records = await decodeBatches(Buffer.concat(batches));
    expect(records.map(({ offset }) => offset)).toEqual(['0', '1', '2']);
    expect(skipped).toEqual([]);
    expect((await decodeBatches(Buffer.concat(batches.slice(3))))[0]?.offset).toBe('3');
  });
});
