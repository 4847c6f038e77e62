import type { AcknowledgedProducer } from '../../platform/kafka/acknowledged-producer.ts';
import type { Reason } from '../../schemas/event-rules.ts';
import type { Counters } from '../counters.ts';
import type { Inserts } from './inserts.ts';

/** A rejected record, with its own copy of the bytes: fetched buffers would keep megabytes alive. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAtMs: number;
  readonly key: Buffer | null;
  /** Null if the record was a tombstone. */
  readonly value: Buffer | null;
  readonly reason: Reason | 'not-a-charge' | 'charge-after-final' | 'not-a-settings-change';
  readonly detail: string;
  /** The event's org if it could be read, else the record's key: customers search their dead letters by it. */
  readonly orgId: string;
}

/** kafkajs makes one record batch of a send, and the broker rejects batches beyond the topic's max.message.bytes. */
const MAX_SEND_BYTES = 900_000;

/**
 * Writes dead letters to their topic and to table `quarantined`. A redelivered record has the same coordinates, so it
 * counts once per (topic, partition, offset).
 */
export class Quarantine {
  readonly #producer: AcknowledgedProducer;
  readonly #deadTopic: string;
  readonly #inserts: Inserts;
  readonly #counters: Counters;

  constructor(producer: AcknowledgedProducer, deadTopic: string, inserts: Inserts, counters: Counters) {
    this.#producer = producer;
    this.#deadTopic = deadTopic;
    this.#inserts = inserts;
    this.#counters = counters;
  }

  /** Resolves when all replicas have them. */
  async publish(deadLetters: readonly DeadLetter[]): Promise<void> {
    for (const messages of sends(deadLetters)) {
      await this.#producer.sendAcknowledged(this.#deadTopic, messages);
    }
  }

  /** Resolves when ClickHouse has their rows. */
  async record(deadLetters: readonly DeadLetter[]): Promise<void> {
    await this.#inserts.insertRows('quarantined', deadLetters.map(rowOf));
    const { quarantined } = this.#counters;
    for (const { reason } of deadLetters) quarantined[reason] = (quarantined[reason] ?? 0) + 1;
  }
}

/** The original key and value, so that a fixed record can be published again by copying it; the reason in headers. */
function messageOf({ topic, partition, offset, key, value, reason, detail }: DeadLetter) {
  // A record that fitted only because its batch was compressed would be rejected here, and landing would stop.
  const kept = value?.subarray(0, MAX_SEND_BYTES) ?? null;
  const cut = value && kept && kept.length < value.length ? { cut_from_bytes: String(value.length) } : {};
  return {
    key: key?.subarray(0, 65_536) ?? null,
    value: kept,
    headers: { reason, detail, topic, partition: String(partition), offset: String(offset), ...cut },
  };
}

function* sends(deadLetters: readonly DeadLetter[]) {
  let messages: ReturnType<typeof messageOf>[] = [];
  let sizeBytes = 0;
  for (const message of deadLetters.map(messageOf)) {
    const size =
      (message.key?.length ?? 0) + (message.value?.length ?? 0) + message.headers.detail.length + 500;
    if (sizeBytes + size > MAX_SEND_BYTES && messages.length > 0) {
      yield messages;
      messages = [];
      sizeBytes = 0;
    }
    messages.push(message);
    sizeBytes += size;
  }
  if (messages.length > 0) yield messages;
}

function rowOf({ topic, partition, offset, reason, detail, orgId, value, appendedAtMs }: DeadLetter) {
  return {
    topic,
    partition,
    offset,
    reason,
    detail,
    org_id: orgId,
    size_bytes: value?.length ?? 0,
    appended_at: new Date(appendedAtMs).toISOString(),
  };
}
