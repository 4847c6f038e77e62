import { setTimeout as sleep } from 'node:timers/promises';
import { CompressionTypes } from './kafka/kafkajs.ts';
import { Type } from 'typebox';
import { select, type ClickHouseClient } from './clickhouse/connect.ts';
import { AcknowledgedProducer, type ProducerFactory } from './kafka/acknowledged-producer.ts';
import { NotAcknowledgedError } from './kafka/acknowledgement.ts';

/** A log does not land although its records were acknowledged: no consumer runs, or it is far behind. */
export class LogNotLandingError extends Error {
  readonly code = 'LOG_NOT_LANDING';
  constructor(topic: string, offset: number, timeoutMs: number) {
    super(`Offset ${offset} of ${topic} has not landed after ${timeoutMs / 1000} s: is a consumer running?`);
  }
}

/** The broker did not answer: nothing was appended. */
export class LogAwayError extends Error {
  readonly code = 'LOG_AWAY';
  constructor(topic: string, cause: unknown) {
    super(`Kafka does not answer, so nothing was appended to ${topic}: try again.`, { cause });
  }
}

/** The broker failed in the middle of an append: the records may be in the log or not. */
export class LogUncertainError extends Error {
  readonly code = 'LOG_UNCERTAIN';
  constructor(topic: string, cause: unknown) {
    super(`It is not known whether Kafka appended to ${topic}: append again, a repeat is harmless.`, {
      cause,
    });
  }
}

const LandedRow = Type.Object({ end: Type.Integer() });
const RECORDS_AT_ONCE = 1_000;
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
 * A topic of one partition whose order decides what must be decided once (the revisions of a charge, the settings):
 * ClickHouse has no compare-and-swap. The consumers land it like any other.
 */
export interface LandedLog {
  /**
   * Appends the records and returns once they have landed, so that what they decided can be read.
   * Throws LogAwayError; after a LogUncertainError they may be in the log or not, after a LogNotLandingError they are.
   */
  append(records: readonly LogRecord[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to the brokers at the first append, and anew after a failure: whoever only reads can do without Kafka.
 * @param timeoutMs how long the landing of acknowledged records may take before append throws.
 */
export function openLandedLog(
  kafka: ProducerFactory,
  client: ClickHouseClient,
  topic: string,
  timeoutMs: number,
): LandedLog {
  const producer = new AcknowledgedProducer(kafka);

  async function untilLanded(offset: number): Promise<void> {
    // A clock of its own: a ClickHouse that answers slowly takes its time from the limit too.
    const deadline = performance.now() + timeoutMs;
    while ((await readLandedEnd(client, topic)) <= offset) {
      if (performance.now() >= deadline) throw new LogNotLandingError(topic, offset, timeoutMs);
      await sleep(POLL_MS);
    }
  }

  /**
   * @param hasAppended whether records of the same append are in the log already
   * @returns the offset of the last record, as the broker acknowledged it
   */
  async function send(records: readonly LogRecord[], hasAppended: boolean): Promise<number> {
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
          throw isUncertain ? new LogUncertainError(topic, error) : new LogAwayError(topic, error);
        }
      }
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }

  return {
    async append(records) {
      let last = -1;
      for (let start = 0; start < records.length; start += RECORDS_AT_ONCE) {
        last = await send(records.slice(start, start + RECORDS_AT_ONCE), last >= 0);
      }
      if (last >= 0) await untilLanded(last);
    },
    close: () => producer.close(),
  };
}

/**
 * The offset of such a log before which every record has landed, and can be read.
 * One partition, landed in its order from the committed offset on: what is below the highest landed offset has
 * landed too, also where a consumer that was given up lands once more what its successor has landed.
 */
export async function readLandedEnd(client: ClickHouseClient, topic: string): Promise<number> {
  const [row] = await select(
    client,
    LandedRow,
    `SELECT toInt64(max(last_offset)) + (count() > 0) AS end FROM landed_ranges WHERE topic = {topic:String}`,
    { topic },
  );
  return row?.end ?? 0;
}
