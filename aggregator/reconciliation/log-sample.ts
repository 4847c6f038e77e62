import { Type } from 'typebox';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { compiled } from '../../platform/compiled-schema.ts';
import type { RecordReader } from '../../platform/kafka/record-reader.ts';
import { fingerprintOf, SINGLE_OBJECT_HEADER_BYTES } from '../../schemas/avro.ts';
import { callEventSchemaJson } from '../../schemas/call-event.ts';
import { schemaIdOf } from '../../schemas/registry-framing.ts';
import type { Topics } from '../../schemas/topics.ts';
import { isCurrentSchema } from '../../store/decode/transcode.ts';
import { WriterSchema } from '../../store/decode/writer-schema.ts';
import { WriterSchemas } from '../../store/decode/writer-schemas.ts';
import { readLandedTotals } from '../../store/landing/landed-totals.ts';
import type { SampledRecord } from './sampled-record.ts';

const SCHEMA_PARTITION = 0;
/** D: what a flood of junk schemas may cost at once. The next sample goes on behind them. */
const MAX_SCHEMA_BATCHES = 200;

/** The hour of an event is a ClickHouse DateTime, which ends in 2106. Events of other times are quarantined. */
const LATEST_MS = Date.UTC(2106, 0);

const Fields = Type.Object({
  event_id: Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' }),
  org_id: Type.String(),
  occurred_at: Type.Integer({ minimum: 0, maximum: LATEST_MS }),
});

export interface SampledLog {
  readonly client: ClickHouseClient;
  readonly reader: Pick<RecordReader, 'firstOffsets' | 'endOffsets' | 'read'>;
  readonly topics: Pick<Topics, 'calls' | 'writerSchemas'>;
  /** In [0, 1): chooses the offsets. */
  readonly random: () => number;
}

/** Reads records of the call log again that Kafka still has, at random. */
export class LogSample {
  readonly #log: SampledLog;
  readonly #current = new WriterSchema(callEventSchemaJson);
  readonly #schemas = new WriterSchemas();
  #nextSchema = 0;

  constructor(log: SampledLog) {
    this.#log = log;
  }

  /**
   * Records at offsets that have landed, each of which is as likely as any other. Left out are offsets without a record,
   * and events whose id cannot be read here: those of a schema registry, and of a schema that is not in the topic.
   * @param count of offsets
   * @throws the reader's errors
   */
  async read(count: number): Promise<SampledRecord[]> {
    const { reader, topics } = this.#log;
    const records: SampledRecord[] = [];
    for (const { partition, offset } of await this.#choose(count)) {
      const cursor = (await reader.read(topics.calls, partition, offset)).records();
      if (!cursor.next() || cursor.offset !== offset) continue;
      const event = await this.#eventOf(cursor.value);
      if (event !== 'unreadable') records.push({ topic: topics.calls, partition, offset, event });
    }
    return records;
  }

  async #choose(count: number): Promise<{ readonly partition: number; readonly offset: number }[]> {
    const { client, reader, topics, random } = this.#log;
    const first = await reader.firstOffsets(topics.calls);
    const spans = (await readLandedTotals(client, topics.calls)).map(({ partition, next }) => {
      const from = Math.min(next, first.get(partition) ?? next);
      return { partition, from, offsets: next - from };
    });
    const offsets = spans.reduce((sum, span) => sum + span.offsets, 0);
    return Array.from({ length: Math.min(count, offsets) }, () => {
      let left = Math.floor(random() * offsets);
      for (const { partition, from, offsets: size } of spans) {
        if (left < size) return { partition, offset: from + left };
        left -= size;
      }
      throw new RangeError('random() must be below 1.');
    });
  }

  /** @returns undefined for what is not an event: it must be quarantined */
  async #eventOf(value: Buffer | null): Promise<SampledRecord['event'] | 'unreadable'> {
    if (value === null) return undefined;
    if (isCurrentSchema(value)) return eventIn(this.#current, value);
    const writer = fingerprintOf(value);
    if (writer === undefined) return schemaIdOf(value) === undefined ? undefined : 'unreadable';
    if (!this.#schemas.canRead(writer)) await this.#readSchemas();
    const schema = this.#schemas.schemaOf(writer);
    return (schema && eventIn(schema, value)) ?? 'unreadable';
  }

  async #readSchemas(): Promise<void> {
    const { reader, topics } = this.#log;
    const end = (await reader.endOffsets(topics.writerSchemas)).get(SCHEMA_PARTITION) ?? 0;
    this.#nextSchema = Math.max(
      this.#nextSchema,
      (await reader.firstOffsets(topics.writerSchemas)).get(SCHEMA_PARTITION) ?? 0,
    );
    for (let batches = 0; this.#nextSchema < end && batches < MAX_SCHEMA_BATCHES; batches += 1) {
      const fetched = await reader.read(topics.writerSchemas, SCHEMA_PARTITION, this.#nextSchema);
      const records = fetched.records();
      while (records.next()) {
        const { key, value } = records;
        if (key && value) this.#schemas.publish(key.toString('utf8'), value.toString('utf8'));
      }
      // An open transaction holds up what lies behind it.
      if (fetched.lastOffset === undefined) return;
      this.#nextSchema = fetched.lastOffset + 1;
    }
  }
}

function eventIn(schema: WriterSchema, message: Buffer): SampledRecord['event'] {
  const { fields, stopped } = schema.read(message, SINGLE_OBJECT_HEADER_BYTES);
  const values: unknown = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  if (stopped !== undefined || !compiled(Fields).check(values)) return undefined;
  return { id: values.event_id, orgId: values.org_id, occurredAt: values.occurred_at };
}
