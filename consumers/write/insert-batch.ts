import { CallEventColumns } from '../../store/decode/call-event-columns.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { LandedReplay } from './replays.ts';
import type { TracedRecord } from './landing-spans.ts';
import type { LandedRange } from '../fetch/landed-range.ts';

/** Bytes of a row beyond those of its message: ids, numbers and coordinates as Native columns. */
const FIXED_ROW_BYTES = 60;
const DEAD_LETTER_BYTES = 1_000;
const REPLAY_BYTES = 500;
const MAX_DEAD_LETTERS = 2_000;
/** More in one batch are landed without a span. */
const MAX_TRACED = 1_000;

/**
 * What lands with one insert: rows of any number of partitions, dead letters, which records replayed earlier ones or
 * belong to a trace, and the ranges they were read from.
 */
export class InsertBatch {
  readonly columns: CallEventColumns;
  readonly deadLetters: DeadLetter[] = [];
  readonly replays: LandedReplay[] = [];
  readonly traced: TracedRecord[] = [];
  readonly ranges: LandedRange[] = [];
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxRows: number, maxBytes: number) {
    this.columns = new CallEventColumns(maxRows);
    this.#maxBytes = maxBytes;
  }

  /** False once it holds a record, or the offset of a control record. */
  get isEmpty(): boolean {
    return this.ranges.length === 0;
  }

  /** Read before each record, so a batch exceeds its bytes by one message at most, and its rows never. */
  get isFull(): boolean {
    return (
      this.columns.rows >= this.columns.maxRows ||
      this.#bytes >= this.#maxBytes ||
      this.deadLetters.length >= MAX_DEAD_LETTERS
    );
  }

  /** The range that the record at this offset continues, or a new one. */
  range(topic: string, partition: number, generation: number, offset: number): LandedRange {
    const open = this.ranges.findLast(
      (range) => range.partition === partition && range.topic === topic && range.generation === generation,
    );
    if (open && open.lastOffset + 1 === offset) return open;
    const range: LandedRange = {
      topic,
      partition,
      generation,
      firstOffset: offset,
      lastOffset: offset - 1,
      rows: 0,
      quarantined: 0,
      unpublished: [],
      firstAppendedAtMs: undefined,
      lastAppendedAtMs: undefined,
    };
    this.ranges.push(range);
    return range;
  }

  addedRow(range: LandedRange, messageBytes: number): void {
    range.rows += 1;
    this.#bytes += messageBytes + FIXED_ROW_BYTES;
  }

  addDeadLetter(range: LandedRange, deadLetter: DeadLetter): void {
    range.quarantined += 1;
    this.deadLetters.push(deadLetter);
    this.#bytes += (deadLetter.value?.length ?? 0) + (deadLetter.key?.length ?? 0) + DEAD_LETTER_BYTES;
  }

  addReplay(replay: LandedReplay): void {
    this.replays.push(replay);
    this.#bytes += REPLAY_BYTES;
  }

  addTraced(record: TracedRecord): void {
    if (this.traced.length < MAX_TRACED) this.traced.push(record);
  }

  clear(): void {
    this.columns.clear();
    this.deadLetters.length = 0;
    this.replays.length = 0;
    this.traced.length = 0;
    this.ranges.length = 0;
    this.#bytes = 0;
  }
}
