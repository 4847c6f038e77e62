import { formatPlace, REPLAY_HEADERS, replayOf } from '../schemas/dead-letter.ts';
import { orgIdOf } from '../store/decode/org-of-record.ts';
import type { RecordDecoder } from '../store/decode/record-decoder.ts';
import type { SchemaTopic } from '../store/decode/schema-topic.ts';
import type { Coordinate } from '../store/decode/transcode.ts';
import type { FetchedBatch } from './fetch/fetcher.ts';
import type { LandedRange } from './fetch/landed-range.ts';
import type { LandingProgress } from './fetch/landing-progress.ts';
import type { BatchWriter } from './write/batch-writer.ts';
import type { DeadLetter } from './write/dead-letters.ts';
import type { InsertBatch } from './write/insert-batch.ts';
import { publishSpanOf } from './write/landing-spans.ts';
import { TRACEPARENT } from '../platform/tracing/span-context.ts';
import type { WaveGuard } from './wave-guard.ts';

const REPLAY_OF = Buffer.from(REPLAY_HEADERS.of);
const TRACED = Buffer.from(TRACEPARENT);

/** Adds fetched records to the open insert batch: each as a row, or as a dead letter with its rejection. */
export class Intake {
  readonly #batchWriter: BatchWriter;
  readonly #decoder: RecordDecoder;
  readonly #schemaTopic: SchemaTopic;
  readonly #waveGuard: WaveGuard;
  readonly #progress: Pick<LandingProgress, 'taken' | 'waiting'>;
  readonly #isTracing: boolean;

  /**
   * @param progress gets each range when its first record is taken, and the records that wait
   * @param isTracing whether traced records are kept for their spans
   */
  constructor(
    batchWriter: BatchWriter,
    decoder: RecordDecoder,
    schemaTopic: SchemaTopic,
    waveGuard: WaveGuard,
    progress: Pick<LandingProgress, 'taken' | 'waiting'>,
    isTracing: boolean,
  ) {
    this.#batchWriter = batchWriter;
    this.#decoder = decoder;
    this.#schemaTopic = schemaTopic;
    this.#waveGuard = waveGuard;
    this.#progress = progress;
    this.#isTracing = isTracing;
  }

  /**
   * While both insert batches are full, waits and heartbeats. At a record whose schema must be read from the registry
   * it stops, and the partition waits.
   * @returns false if it stopped before the batch's end
   */
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
      at.offset = records.offset;
      at.appendedAtMs = records.timestampMs;
      let lack = this.#decoder.lackOf(records, partition);
      const lacksTopic: boolean = !hasReadSchemas && lack === 'topic';
      if (insertBatch.isFull || lacksTopic) {
        this.#batchWriter.added();
        if (lacksTopic) await this.#schemaTopic.readToEnd(batch.heartbeat);
        hasReadSchemas ||= lacksTopic;
        // The insert batch may have started to land during the wait, so read it again.
        await this.#batchWriter.untilRoom(batch.heartbeat);
        insertBatch = this.#batchWriter.open;
        range = undefined;
        if (!batch.isCurrent()) return false;
        // Other partitions may have read so many schemas meanwhile that this one's is gone.
        lack = this.#decoder.lackOf(records, partition);
      }
      if (lack === 'registry') {
        this.#batchWriter.added();
        this.#waveGuard.count(count, invalid);
        this.#waitForRegistry(batch, next, at);
        return false;
      }
      range ??= this.#range(insertBatch, batch, next);
      if (at.offset > next) range.unpublished.push(...batch.unpublishedIn(next, at.offset - 1));
      const rejection = this.#decoder.add(records, at, insertBatch.columns);
      count += 1;
      const replayed = records.mayHaveHeader(REPLAY_OF) ? replayOf(records.headers()) : undefined;
      if (replayed) insertBatch.addReplay({ ...replayed, topic, ...at, reason: rejection?.reason });
      if (this.#isTracing && records.mayHaveHeader(TRACED)) {
        const parent = publishSpanOf(records.headers());
        if (parent) insertBatch.addTraced({ parent, topic, ...at, reason: rejection?.reason });
      }
      if (rejection === undefined) {
        insertBatch.addedRow(range, records.valueEnd - records.valueStart);
      } else {
        invalid += 1;
        insertBatch.addDeadLetter(range, {
          topic,
          ...at,
          ...copyOf(records.key, records.value),
          ...rejection,
          replayOf: replayed && formatPlace(replayed.of),
        });
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
    if (insertBatch.ranges.length > before) this.#progress.taken(range);
    return range;
  }

  /** Its partition waits for the schema registry, and counts as lag; the others go on. */
  #waitForRegistry(batch: FetchedBatch, next: number, { offset, appendedAtMs }: Coordinate): void {
    const { partition, generation, lastOffset } = batch;
    this.#progress.waiting(generation, partition, offset, appendedAtMs);
    batch.pauseAt(next, this.#decoder.readSchemas(batch.records(), partition, offset, lastOffset));
  }
}

/** Copies, because a fetched value keeps the megabytes of its whole fetch alive. */
function copyOf(key: Buffer | null, value: Buffer | null): Pick<DeadLetter, 'key' | 'value' | 'orgId'> {
  return { key: key && Buffer.from(key), value: value && Buffer.from(value), orgId: orgIdOf(key, value) };
}
