import { createRequire } from 'node:module';
import type { Message } from 'kafkajs';
import {
  encodeBatch,
  encodePlainBatch,
  encodeRecords,
  NO_COMPRESSION,
  type PlainRecord,
} from './record-batch-encoder.ts';

/** What is used of kafkajs 2.2.4's definition of the Produce request. */
interface ProduceDefinition {
  protocol: (version: object) => ((options: ProduceOptions) => Produce) | undefined;
}

interface Produce {
  readonly request: { readonly encode: () => Promise<unknown> };
}

interface ProduceOptions {
  readonly acks: number;
  readonly timeout: number;
  readonly compression?: number;
  readonly transactionalId?: string | null;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly Message[] }[];
  }[];
}

/** What kafkajs reads of an encoder that it copies into a request. */
interface Encoder {
  buf: Buffer;
  offset: number;
}

interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
}

interface Codecs {
  lookupCodec(codec: number): Codec;
}

const require = createRequire(import.meta.url);
/** kafkajs's default, in milliseconds. */
const TIMEOUT_MS = 30_000;

/**
 * A message that stands for all records of a partition. kafkajs hands each record through a dozen functions, with a
 * buffer of half a kilobyte for each, and copies the list of a partition's records for each of them. So it gets one
 * message a partition, and the request is encoded here, in about a microsecond a record.
 */
class PartitionMessage implements Message {
  readonly partition: number;
  readonly value = null;
  readonly records: readonly PlainRecord[];

  constructor(partition: number, records: readonly PlainRecord[]) {
    this.partition = partition;
    this.records = records;
  }
}

let isInstalled = false;

/** The message for kafkajs's producer. It must be the only one of its partition in a send. */
export function partitionMessage(partition: number, records: readonly PlainRecord[]): Message {
  if (!isInstalled) encodeOurRequests();
  isInstalled = true;
  return new PartitionMessage(partition, records);
}

/** How many records such a message stands for; 0 for any other message. */
export const recordsOf = (message: Message): number =>
  message instanceof PartitionMessage ? message.records.length : 0;

/** Requests of other producers are encoded by kafkajs as ever. */
function encodeOurRequests(): void {
  const definition: ProduceDefinition = require('kafkajs/src/protocol/requests/produce/index.js');
  const original = definition.protocol;
  definition.protocol = (version) => {
    const produce = original(version);
    if (produce === undefined) return undefined;
    return (options) => {
      const made = produce(options);
      if (!isOurs(options)) return made;
      return { ...made, request: { ...made.request, encode: () => encodeRequest(options) } };
    };
  };
}

const isOurs = ({ topicData }: ProduceOptions): boolean =>
  topicData.every(({ partitions }) =>
    partitions.every(({ messages }) => messages.length === 1 && messages[0] instanceof PartitionMessage),
  );

/** Versions 3 to 7 of the request have the same bytes. */
async function encodeRequest({ acks, timeout, compression, topicData }: ProduceOptions): Promise<Encoder> {
  const parts: Buffer[] = [int16(-1), int16(acks), int32(timeout ?? TIMEOUT_MS), int32(topicData.length)];
  for (const { topic, partitions } of topicData) {
    const name = Buffer.from(topic);
    parts.push(int16(name.length), name, int32(partitions.length));
    for (const { partition, messages } of partitions) {
      const batch = await batchOf(messages[0], compression ?? NO_COMPRESSION);
      parts.push(int32(partition), int32(batch.length), batch);
    }
  }
  const bytes = Buffer.concat(parts);
  const KafkajsEncoder: new (size: number) => Encoder = require('kafkajs/src/protocol/encoder.js');
  return Object.assign(new KafkajsEncoder(0), { buf: bytes, offset: bytes.length });
}

async function batchOf(message: Message | undefined, codec: number): Promise<Buffer> {
  if (!(message instanceof PartitionMessage)) throw new Error('kafkajs mixed the messages of two sends.');
  const { records } = message;
  if (codec === NO_COMPRESSION) return encodePlainBatch(records, Date.now());
  const codecs: Codecs = require('kafkajs/src/protocol/message/compression/index.js');
  const compressed = await codecs.lookupCodec(codec).compress({ buffer: encodeRecords(records) });
  return encodeBatch(compressed, records.length, codec, Date.now());
}

function int16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
}
