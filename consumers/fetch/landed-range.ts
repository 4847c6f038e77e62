import type { OffsetRange } from '../../platform/kafka/record-set.ts';

/** Records of one partition that land together: a row of landed_ranges and an offset commit. Offsets inclusive. */
export interface LandedRange {
  readonly topic: string;
  readonly partition: number;
  /** The assignment under which they were fetched: committing them under a later one could go backwards. */
  readonly generation: number;
  readonly firstOffset: number;
  lastOffset: number;
  rows: number;
  quarantined: number;
  /** Offsets without a published record: markers of transactions, and records of aborted ones. */
  readonly unpublished: OffsetRange[];
  /** The broker's append times of its first and last record; undefined if it has only control records. */
  firstAppendedAtMs: number | undefined;
  lastAppendedAtMs: number | undefined;
}
