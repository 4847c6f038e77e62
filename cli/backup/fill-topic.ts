import type { Admin, Kafka, Message } from 'kafkajs';
import type { AcknowledgedProducer } from '../../platform/kafka/acknowledged-producer.ts';
import { OffsetSkipper, UnexpectedOffsetError } from '../../platform/kafka/skip-offsets.ts';
import { messageOf, type RecordLine } from './record-line.ts';

const PARTITION = 0;
const MOST_RECORDS = 1_000;
/** Of a batch as base64, which is a third more than the bytes; brokers accept 1 MB. A single record may be larger. */
const MOST_CHARACTERS = 600_000;
const MOST_FILLERS = 10_000;

export interface FillingTools {
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly producer: AcknowledgedProducer;
}

/**
 * Appends records to an empty topic with the offsets that they had. Where the backup has no record at an offset, because
 * a marker of a transaction, an aborted record or a deleted one was there, there is none in the new topic either.
 */
export class TopicFiller {
  readonly #tools: FillingTools;
  readonly #topic: string;
  readonly #skipper: OffsetSkipper;
  /** The offset of the next record that is appended. */
  #next = 0;
  /** The last record always waits: the offset behind it may have to be skipped together with it. */
  #waiting: Message[] = [];
  #characters = 0;

  constructor(tools: FillingTools, topic: string) {
    this.#tools = tools;
    this.#topic = topic;
    this.#skipper = new OffsetSkipper(tools.kafka, tools.admin, topic, `${topic}.restore`);
  }

  /** @throws UnexpectedOffsetError, NotAcknowledgedError, NotSentError */
  async add(line: RecordLine): Promise<void> {
    await this.#skipTo(line.offset);
    await this.#append(line);
  }

  /** The same for a topic whose offsets mean nothing. */
  async addAnywhere(line: RecordLine): Promise<void> {
    await this.#append(line);
  }

  /** @param end the offset that the next record of the topic gets; not given for a topic whose offsets mean nothing */
  async finish(end?: number): Promise<void> {
    if (end !== undefined) await this.#skipTo(end);
    await this.#flush();
  }

  close(): Promise<void> {
    return this.#skipper.close();
  }

  async #append(line: RecordLine): Promise<void> {
    const characters = (line.key?.length ?? 0) + (line.value?.length ?? 0);
    if (this.#waiting.length >= MOST_RECORDS || this.#characters + characters > MOST_CHARACTERS) {
      await this.#flush();
    }
    this.#waiting.push(messageOf(line));
    this.#characters += characters;
  }

  async #skipTo(offset: number): Promise<void> {
    const at = this.#next + this.#waiting.length;
    if (offset === at) return;
    if (offset < at) throw new UnexpectedOffsetError(this.#topic, offset, at);
    if (at === 0) await this.#beginAt(offset);
    else if (offset === at + 1) await this.#skipOne();
    else {
      await this.#flush();
      await this.#skipper.skip(at, offset - at);
    }
    this.#next = offset;
  }

  /** By a committed transaction around the record before it: an aborted one takes two offsets at least. */
  async #skipOne(): Promise<void> {
    const last = this.#waiting.pop();
    await this.#flush();
    if (last) await this.#skipper.appendAndSkip(this.#next, last);
  }

  /** Records whose only purpose is their offset are appended and deleted again. */
  async #beginAt(offset: number): Promise<void> {
    const filler = { key: '', value: Buffer.alloc(0), partition: PARTITION };
    while (this.#next < offset) {
      this.#waiting = Array.from({ length: Math.min(MOST_FILLERS, offset - this.#next) }, () => filler);
      await this.#flush();
    }
    const partitions = [{ partition: PARTITION, offset: String(offset) }];
    await this.#tools.admin.deleteTopicRecords({ topic: this.#topic, partitions });
  }

  async #flush(): Promise<void> {
    const records = this.#waiting;
    this.#waiting = [];
    this.#characters = 0;
    if (records.length === 0) return;
    const offsets = await this.#tools.producer.sendAcknowledged(this.#topic, records);
    const end = (offsets.get(PARTITION) ?? -1) + 1;
    this.#next += records.length;
    if (end !== this.#next) throw new UnexpectedOffsetError(this.#topic, this.#next, end);
  }
}
