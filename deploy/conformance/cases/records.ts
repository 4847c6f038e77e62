import { singleObjectHeader } from '../../../schemas/avro.ts';
import {
  callEventHeader,
  callEventTypeOf,
  encodeCallEvent,
  type CallEvent,
} from '../../../schemas/call-event.ts';
import { mintEventId } from '../../../schemas/event-id.ts';
import type { Reason } from '../../../schemas/event-rules.ts';
import { MINIMAL, RANDOM } from './event-case.ts';

/**
 * A record of the call topic that the consumers quarantine, whenever it is appended: its time is long ago, and every
 * other rule is checked before the time.
 */
export interface RecordCase {
  readonly name: string;
  readonly value: Buffer;
  readonly reason: Reason;
  /** To be published to the topic of writer schemas first, under the fingerprint in the value's header. */
  readonly writerSchema?: string;
}

const LONG_AGO_MS = Date.UTC(2024, 0, 1);
const EVENT: CallEvent = {
  ...MINIMAL,
  event_id: mintEventId(LONG_AGO_MS, RANDOM),
  occurred_at: LONG_AGO_MS,
  module: '',
  rule: '',
  units: 0,
  rejection_cause: '',
  source_address: '',
  duration_ms: null,
};

const bytesOf = (changes: Partial<CallEvent>): Buffer => encodeCallEvent({ ...EVENT, ...changes });
const record = (reason: Reason, name: string, value: Buffer): RecordCase => ({ name, value, reason });

const MESSAGE = bytesOf({});
/** Where the bytes of org_id begin: after the header, the id, six bytes of time and a length. */
const ORG_AT = MESSAGE.indexOf('acme');

function changed(message: Buffer, index: number, byte: number): Buffer {
  const copy = Buffer.from(message);
  copy[index] = byte;
  return copy;
}

const HEARTBEAT_SCHEMA = '{"type":"record","name":"Heartbeat","fields":[{"name":"host","type":"string"}]}';
const heartbeat = callEventTypeOf(HEARTBEAT_SCHEMA);

export const RECORD_CASES: readonly RecordCase[] = [
  record('not-an-event', 'no bytes', Buffer.alloc(0)),
  record('not-an-event', 'JSON instead of Avro', Buffer.from(JSON.stringify(EVENT))),
  record('not-an-event', 'the body without a single-object header', MESSAGE.subarray(callEventHeader.length)),
  record('not-an-event', 'the header alone', callEventHeader),
  record('not-an-event', 'the last byte is missing', MESSAGE.subarray(0, -1)),
  record('not-an-event', 'a byte follows the event', Buffer.concat([MESSAGE, Buffer.alloc(1)])),
  record('not-an-event', 'a text that is not UTF-8', changed(MESSAGE, ORG_AT, 0xff)),
  record('not-an-event', 'a text of negative length', changed(MESSAGE, ORG_AT - 1, 0x01)),
  record(
    'not-an-event',
    'a duration of neither branch of its union',
    changed(MESSAGE, MESSAGE.length - 1, 0x04),
  ),
  record(
    'unknown-schema',
    'a fingerprint that was not announced',
    changed(MESSAGE, 2, (MESSAGE[2] ?? 0) ^ 0xff),
  ),
  {
    ...record(
      'incompatible-schema',
      'an announced schema that is not of call events',
      Buffer.concat([singleObjectHeader(heartbeat), heartbeat.toBuffer({ host: 'a' })]),
    ),
    writerSchema: HEARTBEAT_SCHEMA,
  },
  record('event-id', 'a UUIDv4', changed(MESSAGE, callEventHeader.length + 6, 0x4f)),
  record('event-id-time', 'a time other than that of the id', bytesOf({ occurred_at: LONG_AGO_MS + 1 })),
  record('org-id', 'an empty org', bytesOf({ org_id: '' })),
  record('user-id', 'a user with a control character', bytesOf({ user_id: 'ann\u0085' })),
  record('credits', 'the greatest int as credits', bytesOf({ credits: 2 ** 31 - 1 })),
  record('rejected-with-credits', 'a rejected call with a credit', bytesOf({ status: 429 })),
  record('expired', 'a day that retention does not keep', MESSAGE),
];
