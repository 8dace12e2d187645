/**
 * Has @platformatic/kafka 2.12.1 unpack no batch, and no answer of a broker, that is larger than this program can hold: a few kilobytes may
 * say gigabytes, and one such message would end whoever reads its topic. In place of each message of such a batch stands a note.
 */
import { BatchTooLarge, unpackRecordsSync } from '@cloud-lab/common/kafka-codecs';
import { compressionsAlgorithms, createRecordsBatch } from '@platformatic/kafka';

const MIB = 1024 * 1024;
/** Unpacked, of one batch. */
const BATCH_BYTES = 16 * MIB;
/** Unpacked, of one answer: its batches are unpacked one after the other, with nothing in between. */
const ANSWER_BYTES = 64 * MIB;
/** A batch of more messages than this that is too large ends the reading. */
const MAX_NOTES = 100_000;
const BATCH_HEADER_BYTES = 61;

export const TOO_LARGE = `(not shown: unpacked, its batch has more than ${BATCH_BYTES / MIB} MiB)`;

let room = ANSWER_BYTES;
let isRefillDue = false;
let notes: Buffer | undefined;

/** Puts it in place for every reader of this process. */
export function boundBatches(): void {
  for (const algorithm of Object.values(compressionsAlgorithms)) {
    if (algorithm.bitmask === 0) continue;
    const unpack = (data: Parameters<typeof algorithm.decompressSync>[0]): Buffer =>
      unpackBounded(algorithm.bitmask, Buffer.isBuffer(data) ? data : data.buffer);
    Object.assign(algorithm, { decompressSync: unpack });
  }
}

function unpackBounded(codec: number, bytes: Buffer): Buffer {
  if (!isRefillDue) {
    isRefillDue = true;
    setImmediate(() => {
      room = ANSWER_BYTES;
      isRefillDue = false;
    });
  }
  try {
    const unpacked = unpackRecordsSync(codec, bytes, Math.min(BATCH_BYTES, room));
    room -= unpacked.length;
    return unpacked;
  } catch (error) {
    if (!(error instanceof BatchTooLarge)) throw error;
    notes ??= createNotes();
    return notes;
  }
}

/** The records of a batch of notes: whoever asked reads as many of them as the batch has messages. */
function createNotes(): Buffer {
  const messages = Array.from({ length: MAX_NOTES }, () => ({
    topic: '',
    value: Buffer.from(TOO_LARGE),
    timestamp: 0n,
  }));
  return Buffer.from(createRecordsBatch(messages).buffer).subarray(BATCH_HEADER_BYTES);
}
