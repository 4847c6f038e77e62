import type { AcknowledgedProducer } from '../../platform/kafka/acknowledged-producer.ts';
import { REPLAY_HEADERS, type DeadLetterReason } from '../../schemas/dead-letter.ts';
import type { Counters } from '../counters.ts';
import { DEAD_LETTER_COLUMNS, deadLetterRows } from '../../store/dead-letters/rows.ts';
import type { Inserts } from './inserts.ts';
import { replayRow, type LandedReplay } from './replays.ts';

/** A rejected record, with its own copy of the bytes: fetched buffers would keep megabytes alive. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAtMs: number;
  readonly key: Buffer | null;
  /** Null if the record was a tombstone. */
  readonly value: Buffer | null;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  /** The event's org if it could be read, else the record's key: customers search their dead letters by it. */
  readonly orgId: string;
  /** The id of the dead letter that this record replayed, if it did. */
  readonly replayOf?: string | undefined;
}

/** kafkajs makes one record batch of a send, and the broker rejects batches beyond the topic's max.message.bytes. */
const MAX_SEND_BYTES = 900_000;
const MAX_KEY_BYTES = 65_536;

/**
 * Writes dead letters to their topic, and to the tables `dead_letter_bytes` and `quarantined`. A redelivered record has
 * the same coordinates, so it counts once per (topic, partition, offset).
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

  /** Resolves when ClickHouse has their rows: the bytes first, so that a dead letter that is listed can be read. */
  async record(deadLetters: readonly DeadLetter[]): Promise<void> {
    const rows = deadLetterRows(deadLetters.map((each) => ({ ...each, ...kept(each) })));
    await this.#inserts.insert('dead_letter_bytes', DEAD_LETTER_COLUMNS, 'RowBinary', rows);
    await this.#inserts.insertRows('quarantined', deadLetters.map(rowOf));
    const { quarantined } = this.#counters;
    for (const { reason } of deadLetters) quarantined[reason] = (quarantined[reason] ?? 0) + 1;
  }

  /** Resolves when ClickHouse has what became of replayed dead letters. */
  recordReplays(replays: readonly LandedReplay[]): Promise<void> {
    return this.#inserts.insertRows('dead_letter_replays', replays.map(replayRow));
  }
}

/** The original key and value, so that a fixed record can be published again by copying it; the reason in headers. */
function messageOf(deadLetter: DeadLetter) {
  const { topic, partition, offset, reason, detail, replayOf } = deadLetter;
  const { key, value } = kept(deadLetter);
  const sizeBytes = deadLetter.value?.length ?? 0;
  return {
    key,
    value,
    headers: {
      reason,
      detail,
      topic,
      partition: String(partition),
      offset: String(offset),
      ...(value && value.length < sizeBytes && { cut_from_bytes: String(sizeBytes) }),
      ...(replayOf !== undefined && { [REPLAY_HEADERS.of]: replayOf }),
    },
  };
}

/** A record that fitted only because its batch was compressed would be rejected, and landing would stop. */
const kept = ({ key, value }: DeadLetter): Pick<DeadLetter, 'key' | 'value'> => ({
  key: key?.subarray(0, MAX_KEY_BYTES) ?? null,
  value: value?.subarray(0, MAX_SEND_BYTES) ?? null,
});

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

function rowOf(deadLetter: DeadLetter) {
  const { topic, partition, offset, reason, detail, orgId, value, appendedAtMs, replayOf } = deadLetter;
  return {
    topic,
    partition,
    offset,
    reason,
    detail,
    org_id: orgId,
    size_bytes: value?.length ?? 0,
    appended_at: new Date(appendedAtMs).toISOString(),
    replay_of: replayOf ?? '',
  };
}
