import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka, Producer } from 'kafkajs';
import { CompressionTypes } from './kafka/kafkajs.ts';
import { Type } from 'typebox';
import { select, type ClickHouseClient } from './clickhouse/connect.ts';

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

/**
 * A topic of one partition whose order decides what must be decided once (the revisions of a charge, the settings):
 * ClickHouse has no compare-and-swap. The consumers land it like any other.
 */
export interface LandedLog {
  /**
   * Appends the records and returns once they have landed, so that what they decided can be read.
   * Throws LogAwayError; after a LogUncertainError they may be in the log or not, after a LogNotLandingError they are.
   */
  append(records: readonly { readonly key: string; readonly value: Buffer }[]): Promise<void>;
  close(): Promise<void>;
}

/**
 * Connects to the brokers at the first append, and anew after a failure: whoever only reads can do without Kafka.
 * @param timeoutMs how long the landing of acknowledged records may take before append throws.
 */
export function openLandedLog(
  kafka: Kafka,
  client: ClickHouseClient,
  topic: string,
  timeoutMs: number,
): LandedLog {
  let producer: Promise<Producer> | undefined;

  async function untilLanded(offset: number): Promise<void> {
    // A clock of its own: a ClickHouse that answers slowly takes its time from the limit too.
    const deadline = performance.now() + timeoutMs;
    while ((await readLandedEnd(client, topic)) <= offset) {
      if (performance.now() >= deadline) throw new LogNotLandingError(topic, offset, timeoutMs);
      await sleep(POLL_MS);
    }
  }

  async function send(records: readonly { key: string; value: Buffer }[]): Promise<number> {
    const connecting = (producer ??= connectProducer(kafka));
    let isConnected = false;
    try {
      const connected = await connecting;
      isConnected = true;
      const [answer] = await connected.send({
        topic,
        messages: [...records],
        acks: -1,
        compression: CompressionTypes.GZIP,
      });
      return Number(answer?.baseOffset ?? 0) + records.length - 1;
    } catch (error) {
      // kafkajs 2.2.4: an out-of-order sequence error leaves an idempotent producer dead. A repeat is harmless.
      if (producer === connecting) producer = undefined;
      await disconnect(connecting);
      throw isConnected ? new LogUncertainError(topic, error) : new LogAwayError(topic, error);
    }
  }

  return {
    async append(records) {
      let last = -1;
      for (let start = 0; start < records.length; start += RECORDS_AT_ONCE) {
        last = await send(records.slice(start, start + RECORDS_AT_ONCE));
      }
      if (last >= 0) await untilLanded(last);
    },
    close: () => disconnect(producer),
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

async function connectProducer(kafka: Kafka): Promise<Producer> {
  const producer = kafka.producer({
    // A topic that is missing must not be made up with other settings than ours.
    allowAutoTopicCreation: false,
    idempotent: true,
    maxInFlightRequests: 1,
    // A broker that stays away fails the caller, who retries, rather than holding up a stop.
    retry: { retries: 5 },
  });
  await producer.connect();
  return producer;
}

/** One that never connected has nothing to close. */
async function disconnect(producer: Promise<Producer> | undefined): Promise<void> {
  const connected = await producer?.catch(() => undefined);
  await connected?.disconnect();
}
