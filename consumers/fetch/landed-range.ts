/** Records of one partition that land together: what landed_ranges and the offset commit say. Offsets inclusive. */
export interface LandedRange {
  readonly topic: string;
  readonly partition: number;
  /** Which assignment of partitions they were fetched under; a commit under a later one could go backwards. */
  readonly generation: number;
  readonly firstOffset: number;
  lastOffset: number;
  rows: number;
  quarantined: number;
  /** Of its first and last record, as the broker appended them; undefined where it has only control records. */
  firstAppendedAtMs: number | undefined;
  lastAppendedAtMs: number | undefined;
}
