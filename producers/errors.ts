/** The errors of the publishing SDK: an event was not, or may not have been, delivered. None is silent. */

export { EventRejectedError, type RejectionReason } from '../schemas/event-rejected-error.ts';

/** The cost catalogue had no rule with that name when the call was answered. Correct the name. */
export class UnknownCostRuleError extends Error {
  readonly code = 'UNKNOWN_COST_RULE';
  constructor(rule: string, known: readonly string[]) {
    super(`There is no cost rule ${JSON.stringify(rule.slice(0, 128))}: use one of ${known.join(', ')}.`);
    this.name = 'UnknownCostRuleError';
  }
}

/** The buffer is full because Kafka is slower than the callers, or away. The event was not taken. */
export class BufferFullError extends Error {
  readonly code = 'BUFFER_FULL';
  constructor(records: number, sizeBytes: number) {
    super(
      `The publisher's buffer is full (${records} events, ${sizeBytes} bytes wait for Kafka); the event was not taken. ` +
        'Await ready() and publish it again, or raise maxBufferedRecords and maxBufferedBytes.',
    );
    this.name = 'BufferFullError';
  }
}

/** publish() or ready() after close(). The event was not taken. */
export class PublisherClosedError extends Error {
  readonly code = 'PUBLISHER_CLOSED';
  constructor() {
    super(
      'The publisher is closed; the event was not taken. Publish before close(), or create a new publisher.',
    );
    this.name = 'PublisherClosedError';
  }
}

/** Kafka rejected this record. Publishing it again unchanged fails again. */
export class RecordRejectedError extends Error {
  readonly code = 'RECORD_REJECTED';
  constructor(cause: Error) {
    super(`Kafka rejected the record: ${cause.message}. Check the topic's max.message.bytes.`, { cause });
    this.name = 'RecordRejectedError';
  }
}

/** close() ran out of time. The events may be in Kafka or not; publishing them again with their ids is harmless. */
export class UndeliveredError extends Error {
  readonly code = 'UNDELIVERED';
  /** How many events Kafka has not acknowledged. */
  readonly count: number;
  /** Whether they are in the spool, from where the next publisher sends them: then nothing is lost. */
  readonly isSpooled: boolean;
  /** @param spool the directory of the spool that keeps them */
  constructor(count: number, deadlineMs: number, spool?: string) {
    super(
      `${count} events were not acknowledged by Kafka within the ${deadlineMs} ms that close() was given. ` +
        (spool === undefined
          ? 'Publish them again with the same event ids: events that had arrived count once.'
          : `They are in the spool ${spool}, and the next publisher that uses it sends them.`),
    );
    this.name = 'UndeliveredError';
    this.count = count;
    this.isSpooled = spool !== undefined;
  }
}
