import { crc32c } from '../../../platform/kafka/crc32c.ts';

/** Record batches as Kafka writes them, by an encoder of the tests' own. */
export interface BatchToWrite {
  readonly baseOffset: number;
  /** Offsets since the base, of the records that are (still) there. */
  readonly records: readonly {
    readonly delta: number;
    readonly key: Buffer | null;
    readonly value: Buffer | null;
  }[];
  /** Greater than the last record's where compaction took records away. */
  readonly lastOffsetDelta?: number;
  readonly producerId?: number;
  readonly isTransactional?: boolean;
  readonly isControl?: boolean;
  readonly timestampMs?: number;
  /** Packs the records; `codec` is its number in the attributes. */
  readonly compression?: { readonly codec: number; readonly pack: (bytes: Buffer) => Buffer };
}

export function encodeBatch(batch: BatchToWrite): Buffer {
  const { baseOffset, records, producerId = -1, timestampMs = 0, compression } = batch;
  const lastOffsetDelta = batch.lastOffsetDelta ?? records.at(-1)?.delta ?? 0;
  const body = Buffer.concat(records.map(encodeRecord));
  const packed = compression ? compression.pack(body) : body;
  const bytes = Buffer.alloc(61 + packed.length);
  bytes.writeBigInt64BE(BigInt(baseOffset), 0);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt8(2, 16);
  const attributes =
    (compression?.codec ?? 0) | 0x08 | (batch.isTransactional ? 0x10 : 0) | (batch.isControl ? 0x20 : 0);
  bytes.writeInt16BE(attributes, 21);
  bytes.writeInt32BE(lastOffsetDelta, 23);
  bytes.writeBigInt64BE(BigInt(timestampMs), 27);
  bytes.writeBigInt64BE(BigInt(timestampMs), 35);
  bytes.writeBigInt64BE(BigInt(producerId), 43);
  bytes.writeInt32BE(records.length, 57);
  packed.copy(bytes, 61);
  bytes.writeUInt32BE(crc32c(bytes, 21), 17);
  return bytes;
}

/** The end of a producer's transaction: key is version and type, 0 abort or 1 commit. */
export function encodeMarker(baseOffset: number, producerId: number, isCommit: boolean): Buffer {
  const key = Buffer.from([0, 0, 0, isCommit ? 1 : 0]);
  return encodeBatch({
    baseOffset,
    records: [{ delta: 0, key, value: Buffer.alloc(6) }],
    producerId,
    isTransactional: true,
    isControl: true,
  });
}

function encodeRecord({ delta, key, value }: BatchToWrite['records'][number]): Buffer {
  const content = Buffer.concat([
    Buffer.from([0]),
    varint(0),
    varint(delta),
    field(key),
    field(value),
    varint(0),
  ]);
  return Buffer.concat([varint(content.length), content]);
}

function field(bytes: Buffer | null): Buffer {
  return bytes ? Buffer.concat([varint(bytes.length), bytes]) : varint(-1);
}

export function varint(value: number): Buffer {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  const bytes: number[] = [];
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
