import type { OutgoingRecord } from '../schemas/prepared-event.ts';

export type { OutgoingRecord };

/** What the publisher needs from a message log; kafka-transport.ts implements it with Kafka. */
export interface Transport {
  /**
   * Resolves when every record is durable, in the given order within each key.
   * The first call connects, and publishes the writer schema before any record.
   * @throws InvalidRecordsError if the log can never take these records; other errors may be retried
   */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Ends the connection; a send in flight fails soon. It may be called more than once. */
  close(): Promise<void>;
}

/** The log will never accept these records: one is too large or malformed. */
export class InvalidRecordsError extends Error {
  readonly code = 'INVALID_RECORDS';
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'InvalidRecordsError';
  }
}
