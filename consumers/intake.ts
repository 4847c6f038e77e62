import { fingerprintOf } from '../schemas/avro.ts';
import type { Rejection } from '../schemas/event-rules.ts';
import type { Block } from './write/insert-batch.ts';
import type { Batch } from './fetch/fetcher.ts';
import { rejection, type Limits } from './decode/validate.ts';
import type { BatchWriter } from './write/batch-writer.ts';
import type { DeadLetter } from './write/dead-letters.ts';
import type { SchemaTopic } from './decode/schema-topic.ts';
import { isCurrentSchema, Transcoder } from './decode/transcode.ts';
import type { WriterSchemas } from './decode/writer-schemas.ts';
import type { LandedRange } from './fetch/landed-range.ts';
import { orgIdOf } from './decode/org-of-record.ts';

/** Takes fetched batches into the open block, record by record, each with a verdict. */
export class Intake {
  readonly #batchWriter: BatchWriter;
  readonly #schemas: WriterSchemas;
  readonly #schemaTopic: SchemaTopic;
  readonly #transcoder: Transcoder;
  readonly #onRange: (range: LandedRange) => void;

  /** @param onRange is told of each range when its first record is taken */
  constructor(
    batchWriter: BatchWriter,
    schemas: WriterSchemas,
    schemaTopic: SchemaTopic,
    limits: Limits,
    onRange: (range: LandedRange) => void,
  ) {
    this.#batchWriter = batchWriter;
    this.#schemas = schemas;
    this.#schemaTopic = schemaTopic;
    this.#transcoder = new Transcoder(limits);
    this.#onRange = onRange;
  }

  /** Waits, heartbeating, where both blocks are full. @returns false where it stopped before the batch's end. */
  take = async (batch: Batch): Promise<boolean> => {
    const { topic, partition } = batch;
    const at = { partition, offset: batch.firstOffset, appendedAtMs: 0 };
    const records = batch.records();
    await this.#batchWriter.untilRoom(batch.heartbeat);
    let block = this.#batchWriter.open;
    let next = batch.firstOffset;
    let range: LandedRange | undefined;
    // One reading of the schema topic serves the whole batch: it was appended before it was fetched.
    let hasReadSchemas = false;

    while (records.next()) {
      const { value } = records;
      const lacksSchema: boolean = !hasReadSchemas && this.#lacksSchema(value);
      if (block.isFull || lacksSchema) {
        this.#batchWriter.added();
        if (lacksSchema) await this.#schemaTopic.readToEnd(batch.heartbeat);
        hasReadSchemas ||= lacksSchema;
        // While this waited, the block may have gone: ask for it anew.
        await this.#batchWriter.untilRoom(batch.heartbeat);
        block = this.#batchWriter.open;
        range = undefined;
        if (!batch.isCurrent()) return false;
      }
      at.offset = records.offset;
      at.appendedAtMs = records.timestampMs;
      range ??= this.#range(block, batch, next);
      const verdict = this.#add(value, at, block);
      if (verdict === undefined) {
        block.addedRow(range, value?.length ?? 0);
      } else {
        block.addDeadLetter(range, { topic, ...at, ...copyOf(records.key, value), ...verdict });
      }
      range.lastOffset = at.offset;
      range.firstAppendedAtMs ??= at.appendedAtMs;
      range.lastAppendedAtMs = at.appendedAtMs;
      next = at.offset + 1;
    }
    range ??= this.#range(block, batch, next);
    range.lastOffset = batch.lastOffset;
    this.#batchWriter.added();
    return true;
  };

  #range(block: Block, { topic, partition, generation }: Batch, offset: number): LandedRange {
    const before = block.ranges.length;
    const range = block.range(topic, partition, generation, offset);
    if (block.ranges.length > before) this.#onRange(range);
    return range;
  }

  #lacksSchema(value: Buffer | null): boolean {
    if (value === null || isCurrentSchema(value)) return false;
    const writer = fingerprintOf(value);
    return writer !== undefined && !this.#schemas.has(writer);
  }

  #add(
    value: Buffer | null,
    at: { partition: number; offset: number; appendedAtMs: number },
    { columns }: Block,
  ): Rejection | undefined {
    if (value === null) return rejection('not-an-event', 'a null value');
    if (isCurrentSchema(value)) return this.#transcoder.add(value, at, columns);
    const writer = fingerprintOf(value);
    if (writer === undefined) return rejection('not-an-event', 'no single-object header C3 01');
    const translated = this.#schemas.translate(writer, value);
    return Buffer.isBuffer(translated) ? this.#transcoder.add(translated, at, columns) : translated;
  }
}

/** Copies, because what was fetched hangs on to megabytes. */
function copyOf(key: Buffer | null, value: Buffer | null): Pick<DeadLetter, 'key' | 'value' | 'orgId'> {
  return { key: key && Buffer.from(key), value: value && Buffer.from(value), orgId: orgIdOf(key, value) };
}
