import { fingerprintOf } from '../schemas/avro.ts';
import type { Rejection } from '../schemas/event-rules.ts';
import type { EventLimits } from '../schemas/event-validation.ts';
import { orgIdOf } from './decode/org-of-record.ts';
import type { SchemaTopic } from './decode/schema-topic.ts';
import { isCurrentSchema, Transcoder } from './decode/transcode.ts';
import type { WriterSchemas } from './decode/writer-schemas.ts';
import type { FetchedBatch } from './fetch/fetcher.ts';
import type { LandedRange } from './fetch/landed-range.ts';
import type { BatchWriter } from './write/batch-writer.ts';
import type { DeadLetter } from './write/dead-letters.ts';
import type { InsertBatch } from './write/insert-batch.ts';
import type { WaveGuard } from './wave-guard.ts';

/** Adds fetched records to the open insert batch: each as a row, or as a dead letter with its rejection. */
export class Intake {
  readonly #batchWriter: BatchWriter;
  readonly #schemas: WriterSchemas;
  readonly #schemaTopic: SchemaTopic;
  readonly #transcoder: Transcoder;
  readonly #waveGuard: WaveGuard;
  readonly #onRange: (range: LandedRange) => void;

  /** @param onRange gets each range when its first record is taken */
  constructor(
    batchWriter: BatchWriter,
    schemas: WriterSchemas,
    schemaTopic: SchemaTopic,
    limits: EventLimits,
    waveGuard: WaveGuard,
    onRange: (range: LandedRange) => void,
  ) {
    this.#batchWriter = batchWriter;
    this.#schemas = schemas;
    this.#schemaTopic = schemaTopic;
    this.#transcoder = new Transcoder(limits);
    this.#waveGuard = waveGuard;
    this.#onRange = onRange;
  }

  /** While both insert batches are full, waits and heartbeats. @returns false if it stopped before the batch's end */
  take = async (batch: FetchedBatch): Promise<boolean> => {
    const { topic, partition } = batch;
    const at = { partition, offset: batch.firstOffset, appendedAtMs: 0 };
    await this.#waveGuard.untilOpen(batch);
    if (!batch.isCurrent()) return false;
    const records = batch.records();
    let count = 0;
    let invalid = 0;
    await this.#batchWriter.untilRoom(batch.heartbeat);
    let insertBatch = this.#batchWriter.open;
    let next = batch.firstOffset;
    let range: LandedRange | undefined;
    // One reading of the schema topic serves the whole batch, which was appended before it was fetched.
    let hasReadSchemas = false;

    while (records.next()) {
      const { value } = records;
      const lacksSchema: boolean = !hasReadSchemas && this.#lacksSchema(value);
      if (insertBatch.isFull || lacksSchema) {
        this.#batchWriter.added();
        if (lacksSchema) await this.#schemaTopic.readToEnd(batch.heartbeat);
        hasReadSchemas ||= lacksSchema;
        // The insert batch may have started to land during the wait, so read it again.
        await this.#batchWriter.untilRoom(batch.heartbeat);
        insertBatch = this.#batchWriter.open;
        range = undefined;
        if (!batch.isCurrent()) return false;
      }
      at.offset = records.offset;
      at.appendedAtMs = records.timestampMs;
      range ??= this.#range(insertBatch, batch, next);
      if (at.offset > next) range.unpublished.push(...batch.unpublishedIn(next, at.offset - 1));
      const rejection = this.#add(value, at, insertBatch);
      count += 1;
      if (rejection === undefined) {
        insertBatch.addedRow(range, value?.length ?? 0);
      } else {
        invalid += 1;
        insertBatch.addDeadLetter(range, { topic, ...at, ...copyOf(records.key, value), ...rejection });
      }
      range.lastOffset = at.offset;
      range.firstAppendedAtMs ??= at.appendedAtMs;
      range.lastAppendedAtMs = at.appendedAtMs;
      next = at.offset + 1;
    }
    range ??= this.#range(insertBatch, batch, next);
    range.unpublished.push(...batch.unpublishedIn(next, batch.lastOffset));
    range.lastOffset = batch.lastOffset;
    this.#batchWriter.added();
    this.#waveGuard.count(count, invalid);
    return true;
  };

  #range(
    insertBatch: InsertBatch,
    { topic, partition, generation }: FetchedBatch,
    offset: number,
  ): LandedRange {
    const before = insertBatch.ranges.length;
    const range = insertBatch.range(topic, partition, generation, offset);
    if (insertBatch.ranges.length > before) this.#onRange(range);
    return range;
  }

  #lacksSchema(value: Buffer | null): boolean {
    if (value === null || isCurrentSchema(value)) return false;
    const writer = fingerprintOf(value);
    return writer !== undefined && !this.#schemas.canRead(writer);
  }

  #add(
    value: Buffer | null,
    at: { partition: number; offset: number; appendedAtMs: number },
    { columns }: InsertBatch,
  ): Rejection | undefined {
    if (value === null) return { reason: 'not-an-event', detail: 'a null value' };
    if (isCurrentSchema(value)) return this.#transcoder.add(value, at, columns);
    const writer = fingerprintOf(value);
    if (writer === undefined) return { reason: 'not-an-event', detail: 'no single-object header C3 01' };
    const translated = this.#schemas.translate(writer, value);
    return Buffer.isBuffer(translated) ? this.#transcoder.add(translated, at, columns) : translated;
  }
}

/** Copies, because a fetched value keeps the megabytes of its whole fetch alive. */
function copyOf(key: Buffer | null, value: Buffer | null): Pick<DeadLetter, 'key' | 'value' | 'orgId'> {
  return { key: key && Buffer.from(key), value: value && Buffer.from(value), orgId: orgIdOf(key, value) };
}
