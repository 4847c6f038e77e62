/** When invalid records are a wave: a bad release of a publisher, whose calls would go unbilled without a word. */
export interface WaveLimits {
  /** Percent of all records (INVALID_PERCENT_LIMIT). */
  readonly percent: number;
  /** Fewer invalid records do not make a wave, whatever their share (INVALID_RECORDS_LIMIT). */
  readonly records: number;
}

export interface RecordCounts {
  /** All of them, the invalid ones included. */
  readonly records: number;
  readonly invalid: number;
}

/** Whether the records of some minutes are a wave of invalid ones (D: both limits are passed). */
export function isInvalidWave({ records, invalid }: RecordCounts, limits: WaveLimits): boolean {
  return invalid >= limits.records && invalid * 100 > records * limits.percent;
}
