/**
 * Has kafkajs 2.2.4 read batches of every codec, and none that is larger, unpacked, than a service can hold.
 *
 * As published, kafkajs knows gzip alone, and unpacks whatever comes: one message of a student, packed in another way or from a few
 * kilobytes to gigabytes, would end every service that reads its topic, again and again. Here such a batch is passed over.
 */
import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeRecord, {
  type DecodedRecord,
  type RecordContext,
} from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import fetchResponse, { type FetchedPartition } from 'kafkajs/src/protocol/requests/fetch/v11/response.js';
import { unpackRecords } from './kafka-codecs.ts';

/** Of one partition in one answer, unpacked. A client's usual batch has 1 MiB at most. */
export const UNPACKED_LIMITS = { bytes: 16 * 1024 * 1024, records: 100_000 } as const;

/** A batch that was passed over. */
export interface SkippedBatch {
  firstOffset: string;
  lastOffset: string;
  error: Error;
}

/** Size and offset of a batch's header, up to the number of its records. */
const HEADER_BYTES = 61;
const LENGTH_OFFSET = 8;
const LENGTH_END = 12;
const MAGIC_OFFSET = 16;
const MAGIC = 2;
const CODEC_MASK = 0x07;
const LOG_APPEND_TIME_FLAG = 0x08;
const TRANSACTIONAL_FLAG = 0x10;
const CONTROL_FLAG = 0x20;

let tellSkipped: (batch: SkippedBatch) => void = () => undefined;
let isInPlace = false;

/** Puts the reading of batches in place for every consumer of this process; `onSkipped` is told of batches that were passed over. */
export function boundKafkaBatches(onSkipped: (batch: SkippedBatch) => void): void {
  tellSkipped = onSkipped;
  if (isInPlace) return;
  isInPlace = true;
  fetchResponse.decode = decodeResponse;
}

/** As kafkajs does it, but for the records. */
async function decodeResponse(data: Buffer) {
  const decoder = new Decoder(data);
  const clientSideThrottleTime = decoder.readInt32();
  const errorCode = decoder.readInt16();
  const sessionId = decoder.readInt32();
  const responses = await decoder.readArrayAsync(async (topic) => ({
    topicName: topic.readString(),
    partitions: await topic.readArrayAsync(decodePartition),
  }));
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

async function decodePartition(decoder: Decoder): Promise<FetchedPartition> {
  return {
    partition: decoder.readInt32(),
    errorCode: decoder.readInt16(),
    highWatermark: decoder.readInt64().toString(),
    lastStableOffset: decoder.readInt64().toString(),
    lastStartOffset: decoder.readInt64().toString(),
    abortedTransactions: decoder.readArray((each) => ({
      producerId: each.readInt64().toString(),
      firstOffset: each.readInt64().toString(),
    })),
    preferredReadReplica: decoder.readInt32(),
    messages: await decodeBatches(readRecordSet(decoder)),
  };
}

function readRecordSet(decoder: Decoder): Buffer {
  const size = decoder.readInt32();
  return size <= 0 || !decoder.canReadBytes(size) ? Buffer.alloc(0) : decoder.readBytes(size);
}

/**
 * Reads batch after batch, until there is no room for more: what is left is fetched again. The last batch may be cut off, as a broker
 * answers with so many bytes.
 */
export async function decodeBatches(
  bytes: Buffer,
  limits: typeof UNPACKED_LIMITS = UNPACKED_LIMITS,
): Promise<DecodedRecord[]> {
  const records: DecodedRecord[] = [];
  let room: number = limits.bytes;
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const end = at + LENGTH_END + bytes.readInt32BE(at + LENGTH_OFFSET);
    if (end > bytes.length) break;
    const batch = await readBatch(bytes.subarray(at, end), room, limits);
    if (batch === 'no room') {
      if (records.length > 0) break;
      throw new Error('A batch of messages has no room, and there is nothing before it.');
    }
    // Not as arguments: there may be more than a call takes.
    for (const record of batch.records) records.push(record);
    room -= batch.bytes;
    if (records.length >= limits.records || room <= 0) break;
    at = end;
  }
  return records;
}

type ReadBatch = { records: DecodedRecord[]; bytes: number };

/** @returns 'no room' where it might fit with more room than is left */
async function readBatch(bytes: Buffer, room: number, limits: typeof UNPACKED_LIMITS): Promise<ReadBatch | 'no room'> {
  const { context, codec, count, lastOffset } = readHeader(bytes);
  const packed = bytes.subarray(HEADER_BYTES);
  try {
    if (context.magicByte !== MAGIC) throw new Error(`There is no format ${context.magicByte} of messages any more.`);
    if (count > limits.records) throw new Error(`It has ${count} messages, and ${limits.records} are read at once.`);
    const unpacked = codec === 0 ? packed : await unpackRecords(codec, packed, Math.min(room, limits.bytes));
    return { records: decodeRecords(unpacked, count, context), bytes: codec === 0 ? 0 : unpacked.length };
  } catch (error) {
    if (room < limits.bytes) return 'no room';
    tellSkipped({ firstOffset: context.firstOffset, lastOffset, error: error as Error });
    return { records: [placeholderOf(lastOffset, context)], bytes: 0 };
  }
}

function readHeader(bytes: Buffer): { context: RecordContext; codec: number; count: number; lastOffset: string } {
  const firstOffset = bytes.readBigInt64BE(0);
  const attributes = bytes.readInt16BE(21);
  const lastOffsetDelta = bytes.readInt32BE(23);
  return {
    codec: attributes & CODEC_MASK,
    count: Math.max(bytes.readInt32BE(57), 0),
    lastOffset: String(firstOffset + BigInt(lastOffsetDelta)),
    context: {
      firstOffset: String(firstOffset),
      partitionLeaderEpoch: bytes.readInt32BE(12),
      magicByte: bytes.readInt8(MAGIC_OFFSET),
      timestampType: (attributes & LOG_APPEND_TIME_FLAG) === 0 ? 0 : 1,
      inTransaction: (attributes & TRANSACTIONAL_FLAG) !== 0,
      isControlBatch: (attributes & CONTROL_FLAG) !== 0,
      lastOffsetDelta,
      firstTimestamp: String(bytes.readBigInt64BE(27)),
      maxTimestamp: String(bytes.readBigInt64BE(35)),
      producerId: String(bytes.readBigInt64BE(43)),
      producerEpoch: bytes.readInt16BE(51),
      firstSequence: bytes.readInt32BE(53),
    },
  };
}

function decodeRecords(bytes: Buffer, count: number, context: RecordContext): DecodedRecord[] {
  const decoder = new Decoder(bytes);
  return Array.from({ length: count }, () => decodeRecord(new Decoder(decoder.readVarIntBytes()), context));
}

/** Stands for a batch that was passed over: a reader goes on after its offset, and never sees it, as with Kafka's own control messages. */
const placeholderOf = (offset: string, context: RecordContext): DecodedRecord => ({
  magicByte: context.magicByte,
  attributes: 0,
  timestamp: context.firstTimestamp,
  offset,
  key: null,
  value: null,
  headers: {},
  isControlRecord: true,
  batchContext: { ...context, inTransaction: false, isControlBatch: true },
});
