import { callEventType } from '../../schemas/call-event.ts';
import { SINGLE_OBJECT_HEADER_BYTES } from '../../schemas/avro.ts';
import type { CallEvent } from '../../schemas/call-event.ts';
import type { OutgoingRecord, Transport } from '../../producers/transport.ts';

/** A log that takes, waits or fails as the test says. It decodes the records that it took. */
export class ScriptedTransport implements Transport {
  /** Every batch sent to it, in order. */
  readonly attempts: CallEvent[][] = [];
  /** The events that it took. */
  readonly taken: CallEvent[] = [];
  /** The records of all attempts, as they were sent. */
  readonly records: OutgoingRecord[] = [];
  inFlight = 0;
  maxInFlight = 0;
  closed = false;
  /** Called before a batch is taken; an error that it throws fails the batch. */
  onSend: (batch: readonly CallEvent[], attempt: number) => Promise<void> | void = () => undefined;

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    this.records.push(...records);
    const batch = records.map(({ value }) => decode(value));
    this.attempts.push(batch);
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    try {
      await this.onSend(batch, this.attempts.length);
      this.taken.push(...batch);
    } finally {
      this.inFlight -= 1;
    }
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

export function decode(value: Buffer): CallEvent {
  const event: CallEvent = callEventType.fromBuffer(value.subarray(SINGLE_OBJECT_HEADER_BYTES));
  return event;
}

/** A gate that the test opens: `passed` resolves after `open()`. */
export function gate(): { passed: Promise<void>; open: () => void } {
  const opener = new AbortController();
  const passed = new Promise<void>((resolve) => {
    opener.signal.addEventListener('abort', () => resolve());
  });
  return { passed, open: () => opener.abort() };
}
