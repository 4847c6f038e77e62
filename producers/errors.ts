import type { Reason } from '../schemas/event-rules.ts';

/** What the publishing SDK answers when an event was not, or may not have been, delivered. None is ever silent. */

/** Why an event is refused: the rules of domain.md, or one of our own: not of the input's shape, or too large. */
export type Refusal = Reason | 'shape' | 'too-large';

/** The event breaks a rule: nothing was sent, sending it again changes nothing. Correct it. */
export class EventRejectedError extends Error {
  readonly code = 'EVENT_REFUSED';
  readonly reason: Refusal;
  constructor(reason: Refusal, detail: string) {
    super(`The event is refused (${reason}): ${detail}`);
    this.name = 'EventRefusedError';
    this.reason = reason;
  }
}

/** No rule of the cost catalogue has that name when the call was answered. Correct it. */
export class UnknownCostRuleError extends Error {
  readonly code = 'UNKNOWN_COST_RULE';
  constructor(rule: string, known: readonly string[]) {
    super(`There is no cost rule ${JSON.stringify(rule.slice(0, 128))}: use one of ${known.join(', ')}.`);
    this.name = 'UnknownCostRuleError';
  }
}

/** The buffer is at its bound because Kafka is slower than the callers, or away. The event was not taken. */
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

/** Kafka refused this one record for good: sending it again as it is changes nothing. */
export class RecordRejectedError extends Error {
  readonly code = 'RECORD_REFUSED';
  constructor(cause: Error) {
    super(`Kafka refuses the record: ${cause.message}. Check the topic's max.message.bytes.`, { cause });
    this.name = 'RecordRefusedError';
  }
}

/** close() ran out of time. The events may be in Kafka or not; publishing them again under their ids is harmless. */
export class UndeliveredError extends Error {
  readonly code = 'UNDELIVERED';
  /** How many events Kafka has not acknowledged. */
  readonly count: number;
  constructor(count: number, deadlineMs: number) {
    super(
      `${count} events were not acknowledged by Kafka within the ${deadlineMs} ms that close() was given. ` +
        'Publish them again with the same event ids: what had arrived after all counts once.',
    );
    this.name = 'UndeliveredError';
    this.count = count;
  }
}
