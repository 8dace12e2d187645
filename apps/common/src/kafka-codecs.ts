/** Unpacks batches of Kafka's messages, whatever codec packed them, and never more than there is room for: a few bytes may say gigabytes. */
import { promisify } from 'node:util';
import { unzip, unzipSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { lz4Decompress, snappyDecompress } from '@platformatic/wasm-utils/bundled';

/** A batch that unpacks to more than there is room for. */
export class BatchTooLarge extends Error {
  override readonly name = 'BatchTooLarge';
}

const unzipBounded = promisify(unzip);
const unzstdBounded = promisify(zstdDecompress);

type Unpack<T> = (bytes: Buffer, room: number) => T;

/** Kafka's numbers of codecs -> what unpacks them. @see https://kafka.apache.org/documentation/#recordbatch */
const CODECS: Readonly<Record<number, Unpack<Buffer>>> = {
  1: (bytes, maxOutputLength) => unzipSync(bytes, { maxOutputLength }),
  2: unpackSnappy,
  3: unpackLz4,
  4: (bytes, maxOutputLength) => zstdDecompressSync(bytes, { maxOutputLength }),
};
/** Those that can be unpacked beside other work. */
const CODECS_ASIDE: Readonly<Record<number, Unpack<Promise<Buffer>>>> = {
  1: (bytes, maxOutputLength) => unzipBounded(bytes, { maxOutputLength }),
  4: (bytes, maxOutputLength) => unzstdBounded(bytes, { maxOutputLength }),
};

/**
 * Unpacks the records of a batch.
 * @param codec the number in the batch's attributes
 * @param room bytes that they may have unpacked
 * @throws BatchTooLarge, and Error where they cannot be unpacked at all
 */
export async function unpackRecords(codec: number, bytes: Buffer, room: number): Promise<Buffer> {
  const unpack = CODECS_ASIDE[codec];
  if (unpack === undefined) return unpackRecordsSync(codec, bytes, room);
  try {
    return await unpack(bytes, room);
  } catch (error) {
    throw nameTooLarge(error, room);
  }
}

/** The same, while all else waits. */
export function unpackRecordsSync(codec: number, bytes: Buffer, room: number): Buffer {
  const unpack = CODECS[codec];
  if (unpack === undefined) throw new Error(`There is no codec ${codec}.`);
  try {
    return unpack(bytes, room);
  } catch (error) {
    throw nameTooLarge(error, room);
  }
}

function nameTooLarge(error: unknown, room: number): unknown {
  const isTooLarge = error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
  return isTooLarge ? new BatchTooLarge(`It has more than ${room} bytes.`, { cause: error }) : error;
}

/** What snappy-java, and so every Java client, writes before its chunks: a magic number and two versions. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;

function unpackSnappy(bytes: Buffer, room: number): Buffer {
  if (!bytes.subarray(0, XERIAL.length).equals(XERIAL)) return unpackSnappyBlock(bytes, room);
  const blocks: Buffer[] = [];
  let left = room;
  for (let at = XERIAL_HEADER_BYTES; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    const block = unpackSnappyBlock(bytes.subarray(at + 4, end), left);
    blocks.push(block);
    left -= block.length;
    at = end;
  }
  return Buffer.concat(blocks);
}

/** A block says first how long it is unpacked, as a varint. */
function unpackSnappyBlock(bytes: Buffer, room: number): Buffer {
  let length = 0;
  for (let at = 0, shift = 1; ; at += 1, shift *= 128) {
    const byte = bytes.readUInt8(at);
    length += (byte & 0x7f) * shift;
    if (length > room) throw new BatchTooLarge(`It has ${length} bytes or more.`);
    if (byte < 0x80) break;
  }
  return Buffer.from(snappyDecompress(bytes));
}

const LZ4_MAGIC = 0x184d2204;
/** By the third byte's bits 4 to 6; smaller numbers are of no size. */
const LZ4_BLOCK_BYTES: Readonly<Record<number, number>> = { 4: 2 ** 16, 5: 2 ** 18, 6: 2 ** 20, 7: 2 ** 22 };

/** A frame says of each block only how long it is packed, and of all how long one may be unpacked: their number is the bound. */
function unpackLz4(bytes: Buffer, room: number): Buffer {
  if (bytes.readUInt32LE(0) !== LZ4_MAGIC) throw new Error('It is no LZ4 frame.');
  const flags = bytes.readUInt8(4);
  const blockBytes = LZ4_BLOCK_BYTES[(bytes.readUInt8(5) >> 4) & 7];
  if (blockBytes === undefined) throw new Error('It is an LZ4 frame without a block size.');
  const hasContentSize = (flags & 0x08) !== 0;
  const hasBlockChecksum = (flags & 0x10) !== 0;
  const hasDictionary = (flags & 0x01) !== 0;
  let at = 6 + (hasContentSize ? 8 : 0) + (hasDictionary ? 4 : 0) + 1;
  // The last block may be a short one.
  for (let before = 0; ; before += blockBytes) {
    const size = bytes.readUInt32LE(at) & 0x7fffffff;
    if (size === 0) break;
    if (before > room) throw new BatchTooLarge(`It has more than ${room} bytes.`);
    at += 4 + size + (hasBlockChecksum ? 4 : 0);
  }
  const unpacked = Buffer.from(lz4Decompress(bytes));
  if (unpacked.length > room) throw new BatchTooLarge(`It has ${unpacked.length} bytes.`);
  return unpacked;
}
