/** What a reader is told of batches that are small, and huge once they are unpacked. */
import { type CompressionAlgorithmValue, createRecordsBatch, Reader, readRecordsBatches } from '@platformatic/kafka';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { boundBatches, TOO_LARGE } from '../../../../apps/stream/src/client/bounded-batches.ts';

const MIB = 1024 * 1024;
const CODECS: CompressionAlgorithmValue[] = ['gzip', 'snappy', 'lz4', 'zstd'];

const batchOf = (values: readonly (string | Buffer)[], compression: CompressionAlgorithmValue): Buffer =>
  Buffer.from(
    createRecordsBatch(
      values.map((value) => ({ topic: 'chat', value: Buffer.from(value) })),
      { compression },
    ).buffer,
  );
/** The texts of an answer with these batches, or how long those are that are long. */
const read = (...batches: Buffer[]): (string | number)[] =>
  readRecordsBatches(Reader.from(Buffer.concat(batches))).flatMap(({ records }) =>
    records.map(({ value }) => (value !== null && value.length > MIB ? value.length : String(value))),
  );

describe.each(CODECS)('a batch packed by %s', (codec) => {
  beforeAll(boundBatches);
  // The room of an answer is there again.
  beforeEach(() => new Promise((resolve) => setImmediate(resolve)));

  it('is read as it is', () => {
    expect(read(batchOf(['one', 'two'], codec))).toEqual(['one', 'two']);
  });

  it('that is huge once it is unpacked is a note for each of its messages, and the next one is read', () => {
    const bomb = batchOf(['a', Buffer.alloc(40 * MIB)], codec);
    expect(bomb.length).toBeLessThan(3 * MIB);
    expect(read(bomb, batchOf(['next'], codec))).toEqual([TOO_LARGE, TOO_LARGE, 'next']);
  });

  it('is a note where too much came at once, and read in the next answer', async () => {
    const large = batchOf([Buffer.alloc(15 * MIB)], codec);
    const answer = [large, large, large, large, large];
    expect(read(...answer)).toEqual([...Array<number>(4).fill(15 * MIB), TOO_LARGE]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(read(large)).toEqual([15 * MIB]);
  });
});
