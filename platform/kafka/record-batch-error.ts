/**
 * Bytes of a fetch that are not record batches as Kafka writes them: damaged on the way or on the broker's disk, or of
 * a kind that is not read here. Fetching again helps in the first case; in the others the partition stands still and
 * its lag grows until the cause is removed.
 */
export class RecordBatchError extends Error {
  readonly code = 'RECORD_BATCH';
  constructor(offset: number, problem: string) {
    super(`The record batch at offset ${offset} ${problem}.`);
    this.name = 'RecordBatchError';
  }
}
