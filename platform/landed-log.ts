import { setTimeout as sleep } from 'node:timers/promises';
import { CompressionTypes } from './kafka/kafkajs.ts';
import { Type } from 'typebox';
import { select, type ClickHouseClient } from './clickhouse/connect.ts';
import { AcknowledgedProducer } from './kafka/acknowledged-producer.ts';
import type { ProducerFactory } from './kafka/producer-connection.ts';
import { NotAcknowledgedError } from './kafka/acknowledgement.ts';

/** Kafka acknowledged the records but they have not landed in time: no consumer is running, or it is far behind. */
export class LogNotLandingError extends Error {
  readonly code = 'LOG_NOT_LANDING';
  constructor(topic: string, offset: number, timeoutMs: number) {
    super(
      `Offset ${offset} of ${topic} has not landed after ${timeoutMs / 1000} s: check that a consumer is running.`,
    );
    this.name = 'LogNotLandingError';
  }
}

/** Kafka did not answer, or denies it: nothing was appended. */
export class LogUnavailableError extends Error {
  readonly code = 'LOG_UNAVAILABLE';
  constructor(topic: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : `Nothing was appended to ${topic}.`, { cause });
    this.name = 'LogUnavailableError';
  }
}

/** The connection failed during an append: the records may be in the log or not. */
export class LogUncertainError extends Error {
  readonly code = 'LOG_UNCERTAIN';
  constructor(topic: string, cause: unknown) {
    super(`It is unknown whether Kafka appended to ${topic}: append again, a repeat is harmless.`, { cause });
    this.name = 'LogUncertainError';
  }
}

const LandedRow = Type.Object({ end: Type.Integer() });
const RECORDS_PER_SEND = 1_000;
/** A landing that takes longer is looked for less often. */
const FIRST_POLLS_MS = 15;
const POLL_MS = 50;
/** Of such a topic's one partition. */
const PARTITION = 0;
/** A partition has another leader within seconds; one that stays away fails the caller, who repeats, too. */
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;

export interface LogRecord {
  readonly key: string;
  readonly value: Buffer;
}

/**
 * A topic of one partition whose order decides between concurrent writers (of the revisions of a charge, of settings),
 * because ClickHouse has no compare-and-swap. The consumer lands it like every other topic.
 */
export interface LandedLog {
  /**
   * Appends the records and returns once they have landed, so that their effect can be read.
   * @throws LogUnavailableError: nothing was appended
   * @throws LogUncertainError: the records may be in the log or not
   * @throws LogNotLandingError: the records are in the log
   */
  append(records: readonly LogRecord[]): Promise<void>;
  close(): Promise<void>;
}

/** The same for a writer that follows what lands of the log itself. */
export interface FollowedLog extends LandedLog {
  /**
   * Appends the records and returns once all in-sync replicas have them.
   * @returns the offset of the last one; -1 without records
   * @throws LogUnavailableError, LogUncertainError as append
   */
  send(records: readonly LogRecord[]): Promise<number>;
}

/**
 * Opens a log. Connects to Kafka at the first append and again after a failure, so a process that only reads needs no
 * Kafka.
 * @param timeoutMs how long acknowledged records may take to land before append throws
 */
export function openLandedLog(
  kafka: ProducerFactory,
  client: ClickHouseClient,
  topic: string,
  timeoutMs: number,
): FollowedLog {
  const producer = new AcknowledgedProducer(kafka);

  async function untilLanded(offset: number): Promise<void> {
    // Measured by the clock and not by the number of polls: a slow ClickHouse uses up the time too.
    const startedAt = performance.now();
    for (let waitedMs = 0; ; waitedMs = performance.now() - startedAt) {
      if (waitedMs >= timeoutMs) throw new LogNotLandingError(topic, offset, timeoutMs);
      await sleep(Math.min(POLL_MS, Math.max(FIRST_POLLS_MS, waitedMs / 4)));
      if ((await readLandedEnd(client, topic)) > offset) return;
    }
  }

  /**
   * @param hasAppended whether records of the same append are in the log already
   * @returns the offset of the last record, as the broker acknowledged it
   */
  async function sendPart(records: readonly LogRecord[], hasAppended: boolean): Promise<number> {
    const messages = records.map((record) => ({ ...record, partition: PARTITION }));
    let isUncertain = hasAppended;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const offsets = await producer.sendAcknowledged(topic, messages, CompressionTypes.GZIP);
        const last = offsets.get(PARTITION);
        if (last === undefined) throw new NotAcknowledgedError(topic, 'no offset');
        return last;
      } catch (error) {
        const isRepeatable = error instanceof NotAcknowledgedError;
        isUncertain ||= isRepeatable;
        if (!isRepeatable || attempt === ATTEMPTS) {
          throw isUncertain ? new LogUncertainError(topic, error) : new LogUnavailableError(topic, error);
        }
      }
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }

  async function send(records: readonly LogRecord[]): Promise<number> {
    let last = -1;
    for (let start = 0; start < records.length; start += RECORDS_PER_SEND) {
      last = await sendPart(records.slice(start, start + RECORDS_PER_SEND), last >= 0);
    }
    return last;
  }

  return {
    send,
    async append(records) {
      const last = await send(records);
      if (last >= 0) await untilLanded(last);
    },
    close: () => producer.close(),
  };
}

/**
 * The offset of a log before which every record has landed and can be read. The highest landed offset is enough: the
 * log has one partition, and consumers land it in order from the committed offset. That also holds where a consumer
 * that lost its partition lands again what its successor has landed.
 */
export async function readLandedEnd(client: ClickHouseClient, topic: string): Promise<number> {
  const [row] = await select(
    client,
    LandedRow,
    // Merged intervals stand for ranges that are deleted (schemas/clickhouse/0019).
    `SELECT max(reached) AS end FROM (
       SELECT toInt64(max(last_offset)) + (count() > 0) AS reached FROM landed_ranges WHERE topic = {topic:String}
       UNION ALL
       SELECT max(arrayMax(each -> toInt64(each.2 + 1), intervals)) AS reached FROM landed_intervals
       WHERE topic = {topic:String} AND notEmpty(intervals))`,
    { topic },
  );
  return row?.end ?? 0;
}
