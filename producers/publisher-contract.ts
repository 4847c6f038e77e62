import type { CallEventInput } from '../schemas/call-event-fields.ts';
import type { SpoolCounters } from './spool/spool-options.ts';

/** The publishing SDK's contract: what an API server embeds. */

/** How much is sent at once and how much may wait; each has a default. */
export interface PublisherLimits {
  /** The settings FUTURE_LIMIT_MS and LATENESS_LIMIT_MS; use the consumers' values. Default 5 minutes and 35 days. */
  readonly futureLimitMs?: number;
  readonly latenessLimitMs?: number;
  /** How long a batch lingers for more events; default 5 ms. */
  readonly lingerMs?: number;
  /** Default 5,000. */
  readonly maxBatchRecords?: number;
  /** Default 512 KiB: a whole batch may go to one partition, and Kafka accepts 1 MiB for a partition at once. */
  readonly maxBatchBytes?: number;
  /** Bounds of the send buffer; default 100,000 events and 64 MiB. */
  readonly maxBufferedRecords?: number;
  readonly maxBufferedBytes?: number;
  /** Default 64 KiB; bounds the fields that have no limit of their own. */
  readonly maxEventBytes?: number;
}

/** Since the publisher was created. accepted = published + failed + buffered, at every moment. */
export interface PublisherCounters {
  readonly accepted: number;
  /** Acknowledged by Kafka. */
  readonly published: number;
  /** Rejected by Kafka, or undelivered at close(). */
  readonly failed: number;
  readonly buffered: number;
  readonly buffered_bytes: number;
  /** Not accepted: the event was invalid, the buffer full or the publisher closed. */
  readonly rejected: number;
  /**
   * Of a publisher with a spool. Then `accepted` are the events that came onto the disk, and those that were there at
   * the start; `buffered` are those on the disk, and `buffered_bytes` what is in memory.
   */
  readonly spool?: SpoolCounters;
}

export interface Publisher {
  /** Whether publish() resolves before Kafka has the event: once it is on the disk of the spool. */
  readonly resolvesWhenSpooled?: boolean;
  /**
   * Takes the event before it returns; events of one org reach Kafka in the order of these calls.
   * @returns the event id, once Kafka has the event on all in-sync replicas; with a spool, by choice once it is on the
   *   disk. While Kafka is away the promise stays pending, and the event is retried until close(). Handle the
   *   rejection: it is the only report.
   * @throws (rejects) EventRejectedError, BufferFullError (a full buffer neither waits nor drops: it rejects the new
   *   event), PublisherClosedError, RecordRejectedError, UndeliveredError; with a spool also SpoolFullError,
   *   SpoolWriteError, SpoolInUseError, SpoolDamagedError
   */
  publish(event: CallEventInput): Promise<string>;
  /**
   * Resolves when there is room for one more event of any size: back pressure for a loop. If several callers wait, a
   * late one may find the room taken. Rejects once closed, or while the spool cannot be opened.
   */
  ready(): Promise<void>;
  /** Resolves when every event published before the call is acknowledged or failed, however long that takes. */
  flush(): Promise<void>;
  /**
   * Takes no more events, flushes, disconnects. A second call returns the first one's promise.
   * @throws UndeliveredError with the count of events not acknowledged within the deadline (default 30 s); with a
   *   spool they stay on the disk for the next publisher
   */
  close(deadlineMs?: number): Promise<void>;
  counters(): PublisherCounters;
}
