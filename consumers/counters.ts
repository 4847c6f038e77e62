/** What this process has done since it started; metrics and the log read it. */
export interface Counters {
  /** Rows in acknowledged inserts, repeats included: which of them were repeats only the store knows. */
  landedRows: number;
  landedBlocks: number;
  landedBytes: number;
  insertMs: number;
  landedLogRows: number;
  quarantined: Partial<Record<string, number>>;
  failedAttempts: number;
  failedCommits: number;
}

export function newCounters(): Counters {
  return {
    landedRows: 0,
    landedBlocks: 0,
    landedBytes: 0,
    insertMs: 0,
    landedLogRows: 0,
    quarantined: {},
    failedAttempts: 0,
    failedCommits: 0,
  };
}
