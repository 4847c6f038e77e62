import type { CallEventInput } from './call-event-input.ts';
import type { Transport } from './transport.ts';

/** The publishing SDK's contract: what an API server embeds. */

export interface PublisherOptions {
  readonly transport: Transport;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** So many random bytes, for event ids: crypto.randomBytes. */
  readonly random: (bytes: number) => Uint8Array;
  readonly logger?: { warn(details: object, message: string): void };
  /** Settings FUTURE_LIMIT_MS and LATENESS_LIMIT_MS; the consumers' should be the same. */
  readonly futureLimitMs?: number;
  readonly latenessLimitMs?: number;
  /** How long a lone event waits for company; default 5 ms. */
  readonly lingerMs?: number;
  /** Default 5,000. */
  readonly maxBatchRecords?: number;
  /** Default 512 KiB: all of a batch may be one partition's, and Kafka takes 1 MiB of one partition at once. */
  readonly maxBatchBytes?: number;
  /** Bounds on what waits for Kafka; default 100,000 events and 64 MiB. */
  readonly maxBufferedRecords?: number;
  readonly maxBufferedBytes?: number;
  /** Default 64 KiB; the fields without a limit of their own must end somewhere. */
  readonly maxEventBytes?: number;
}

/** Since the publisher was created. accepted = published + failed + buffered, at every moment. */
export interface PublisherCounters {
  readonly accepted: number;
  /** Acknowledged by Kafka. */
  readonly published: number;
  /** Refused by Kafka, or undelivered at close(). */
  readonly failed: number;
  readonly buffered: number;
  readonly buffered_bytes: number;
  /** Not accepted: against a rule, or no room, or closed. */
  readonly refused: number;
}

export interface Publisher {
  /**
   * Takes the event before it returns; events of one org reach Kafka in the order of these calls.
   * @returns the event id, when Kafka has the event on all in-sync replicas. With Kafka away it stays pending: the
   *   event is tried until close(). Handle the rejection: it is the only report.
   * @throws (rejects) EventRefusedError, BufferFullError (at the bound nothing waits and nothing is dropped: it is
   *   refused), PublisherClosedError, RecordRefusedError, UndeliveredError
   */
  publish(event: CallEventInput): Promise<string>;
  /**
   * Resolves when there is room for one more event of any size: back pressure for a loop. Of several callers that
   * wait, those who publish late may find the room taken. Rejects once closed.
   */
  ready(): Promise<void>;
  /** Resolves when everything published before the call is acknowledged or failed, however long that takes. */
  flush(): Promise<void>;
  /**
   * Takes nothing more, flushes, disconnects. A second call gets the first one's promise.
   * @throws UndeliveredError with the count that Kafka has not acknowledged within the deadline (default 30 s)
   */
  close(deadlineMs?: number): Promise<void>;
  counters(): PublisherCounters;
}
