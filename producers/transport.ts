/** What the publisher needs of a message log; Kafka is behind it in kafka-transport.ts. */
export interface Transport {
  /**
   * Resolves when every record is durable, in the given order within each key.
   * The first call connects, and announces the writer schema before any record.
   * @throws RecordsAtFaultError where these very records can never be taken; anything else may be tried again.
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Ends the connection; a send that is under way fails soon. May be called more than once. */
  close(): Promise<void>;
}

/** @param key the org id: one org's events share a partition, so their order is kept. */
export interface OutgoingRecord {
  readonly key: string;
  readonly value: Buffer;
}

/** The log refuses these records whatever the weather: too large, or malformed. */
export class InvalidRecordsError extends Error {
  readonly code = 'RECORDS_AT_FAULT';
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'RecordsAtFaultError';
  }
}
