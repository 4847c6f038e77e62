import { mintEventId } from '../../../schemas/event-id.ts';
import { type Changes, type EventCase, FULL, NOW_MS, RANDOM, rejected, valid } from './event-case.ts';

/** An id of the clock's time, of which one character is changed. */
const ID = mintEventId(NOW_MS, RANDOM);
const changedId = (index: number, character: string): Changes => ({
  occurred_at: NOW_MS,
  event_id: ID.slice(0, index) + character + ID.slice(index + 1),
});

export const ID_CASES: readonly EventCase[] = [
  valid('an id of its time with all random bits 0', {
    event_id: mintEventId(NOW_MS, Buffer.alloc(10)),
    occurred_at: NOW_MS,
  }),
  valid('an id of its time with all random bits 1', {
    event_id: mintEventId(NOW_MS, Buffer.alloc(10, 0xff)),
    occurred_at: NOW_MS,
  }),
  valid('an id of the clock’s time needs no occurred_at', { event_id: ID }),
  rejected('event-id', 'an id that is not a UUID', { event_id: 'call-1', occurred_at: NOW_MS }),
  rejected('event-id', 'an empty id', { event_id: '', occurred_at: NOW_MS }),
  rejected('event-id', 'a UUIDv4', changedId(14, '4')),
  rejected('event-id', 'a UUID of variant 0', changedId(19, '7')),
  rejected('event-id', 'a UUID of variant 110', changedId(19, 'c')),
  rejected('event-id', 'a character that is not hexadecimal', changedId(35, 'g')),
  rejected('event-id', 'an upper-case UUIDv7', { event_id: ID.toUpperCase(), occurred_at: NOW_MS }),
  rejected('event-id', 'a UUIDv7 without hyphens', { event_id: ID.replaceAll('-', ''), occurred_at: NOW_MS }),
  rejected('event-id', 'a UUIDv7 in braces', { event_id: `{${ID}}`, occurred_at: NOW_MS }),
  rejected('event-id', 'a UUIDv7 and a line break', { event_id: `${ID}\n`, occurred_at: NOW_MS }),
  rejected('event-id-time', 'an id a millisecond before its time', { event_id: ID, occurred_at: NOW_MS + 1 }),
  rejected('event-id-time', 'an id of another time than the clock’s, without occurred_at', {
    event_id: FULL.event_id,
  }),
  rejected('event-id-time', 'a time before 1970', { occurred_at: -1 }),
  rejected('event-id-time', 'a time before 1970 with an id', { event_id: ID, occurred_at: -1 }),
  rejected('event-id-time', 'a time of 49 bits', { occurred_at: 2 ** 48 }),
  rejected('event-id-time', 'the greatest time that a double holds exactly', {
    occurred_at: Number.MAX_SAFE_INTEGER,
  }),
];
