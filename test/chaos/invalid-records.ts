import type { IHeaders } from 'kafkajs';
import { encodeCallEvent } from '../../schemas/call-event.ts';
import { mintEventId } from '../../schemas/event-id.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import { eventOf } from '../consumers/event.ts';
import type { PlannedWave } from './inputs-plan.ts';
import type { RecordSender } from './record-sender.ts';
import { ORGS } from './traffic.ts';

/** By this header the log shows which records are invalid on purpose, and how many copies of each it holds. */
export const INVALID_HEADER = 'invalid';

/** Five days beyond the limit. */
const TOO_LATE_MS = 40 * DAY_MS;
const SINGLE_OBJECT = Buffer.from([0xc3, 0x01]);
const UNKNOWN_SCHEMA = Buffer.from('c3010123456789abcdef', 'hex');
const JUNK = [
  '',
  'not an event',
  '{"credits": 1}',
  SINGLE_OBJECT,
  Buffer.concat([UNKNOWN_SCHEMA, SINGLE_OBJECT]),
];

/** Publishes records that must be quarantined, among the calls of the same organisations. */
export class InvalidRecords {
  readonly #sender: RecordSender;
  readonly #topic: string;
  #published = 0;

  /** @param topic the call topic */
  constructor(sender: RecordSender, topic: string) {
    this.#sender = sender;
    this.#topic = topic;
  }

  /** How many different records are in the log. */
  get published(): number {
    return this.#published;
  }

  async publish(values: readonly (string | Buffer)[]): Promise<void> {
    const from = this.#published;
    this.#published += values.length;
    const records = values.map((value, index) => {
      const headers: IHeaders = { [INVALID_HEADER]: String(from + index) };
      return { key: ORGS[index % ORGS.length] ?? '', value, headers };
    });
    await this.#sender.send(this.#topic, records);
  }

  /** @param now epoch milliseconds */
  async publishWave({ junk, late }: PlannedWave, now: number): Promise<void> {
    await this.publish([
      ...Array.from({ length: junk }, (_, index) => JUNK[index % JUNK.length] ?? ''),
      ...Array.from({ length: late }, (_, index) => lateEvent(now - TOO_LATE_MS + index)),
    ]);
  }
}

function lateEvent(occurredAt: number): Buffer {
  const event_id = mintEventId(occurredAt, Buffer.alloc(10, 1));
  return encodeCallEvent(
    eventOf({ event_id, occurred_at: occurredAt, org_id: ORGS[0] ?? '', credits: 1_000 }),
  );
}
