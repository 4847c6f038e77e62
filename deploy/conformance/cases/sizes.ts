import { type EventCase, rejected, valid } from './event-case.ts';

/** A key of 4 bytes, a value of 67 with its header, and 20 bytes for the framing of a record. */
const SIZE_OF_MINIMAL = 91;

export const SIZE_CASES: readonly EventCase[] = [
  valid('exactly as many bytes as an event may have', {}, { max_event_bytes: SIZE_OF_MINIMAL }),
  rejected('too-large', 'a byte more than an event may have', {}, { max_event_bytes: SIZE_OF_MINIMAL - 1 }),
];
