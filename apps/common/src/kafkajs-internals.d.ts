/** The internal parts of kafkajs 2.2.4 that this package corrects or uses; kafkajs types only its public interface. */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    pending: unknown[];
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  }
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(buffer: Buffer);
    readInt16(): number;
    readInt32(): number;
    readInt64(): { toString(): string };
    readString(): string;
    readBytes(length: number): Buffer;
    readVarIntBytes(): Buffer;
    canReadBytes(length: number): boolean;
    readArray<T>(read: (decoder: Decoder) => T): T[];
    readArrayAsync<T>(read: (decoder: Decoder) => Promise<T>): Promise<T[]>;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js' {
  import type Decoder from 'kafkajs/src/protocol/decoder.js';

  export interface RecordContext {
    firstOffset: string;
    firstTimestamp: string;
    partitionLeaderEpoch: number;
    inTransaction: boolean;
    isControlBatch: boolean;
    lastOffsetDelta: number;
    producerId: string;
    producerEpoch: number;
    firstSequence: number;
    maxTimestamp: string;
    timestampType: number;
    magicByte: number;
  }
  export interface DecodedRecord {
    magicByte: number;
    attributes: number;
    timestamp: string;
    offset: string;
    key: Buffer | null;
    value: Buffer | null;
    headers: Record<string, unknown>;
    isControlRecord: boolean;
    batchContext: RecordContext;
  }
  export default function decodeRecord(decoder: Decoder, context: RecordContext): DecodedRecord;
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  import type { DecodedRecord } from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';

  export interface FetchedPartition {
    partition: number;
    errorCode: number;
    highWatermark: string;
    lastStableOffset: string;
    lastStartOffset: string;
    abortedTransactions: { producerId: string; firstOffset: string }[];
    preferredReadReplica: number;
    messages: DecodedRecord[];
  }
  const response: { decode(data: Buffer): Promise<unknown> };
  export default response;
}
