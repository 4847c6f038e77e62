/** What this process has done since it started; logged when it stops. */
export interface Counters {
  /** Rows of call events in acknowledged inserts. Repeated events are included: only the table can tell them apart. */
  landedRows: number;
  insertBatches: number;
  landedBytes: number;
  insertMs: number;
  decisionLogRows: number;
  quarantined: Partial<Record<string, number>>;
  failedAttempts: number;
  failedCommits: number;
}

export function newCounters(): Counters {
  return {
    landedRows: 0,
    insertBatches: 0,
    landedBytes: 0,
    insertMs: 0,
    decisionLogRows: 0,
    quarantined: {},
    failedAttempts: 0,
    failedCommits: 0,
  };
}
