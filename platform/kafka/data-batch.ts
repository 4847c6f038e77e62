/** A record batch whose records were published: neither control records nor part of an aborted transaction. */
export interface DataBatch {
  readonly baseOffset: number;
  readonly attributes: number;
  readonly baseTimestampMs: number;
  readonly maxTimestampMs: number;
  readonly count: number;
  /** The records within the fetched bytes, [start, end); compressed where the attributes say so. */
  readonly start: number;
  readonly end: number;
}
