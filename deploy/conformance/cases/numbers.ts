import { MAX_CREDITS } from '../../../schemas/event-rules.ts';
import { type EventCase, call, malformed, rejected, valid } from './event-case.ts';

export const NUMBER_CASES: readonly EventCase[] = [
  ...[0, 63, 64, 8_191, 8_192, MAX_CREDITS].map((credits) => valid(`${credits} credits`, { credits })),
  ...[
    -1,
    MAX_CREDITS + 1,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
  ].map((credits) => rejected('credits', `${credits} credits`, { credits })),
  valid('status 0', { status: 0 }),
  valid('status 999', { status: 999 }),
  malformed('status 1000', call({ status: 1_000 })),
  malformed('status -1', call({ status: -1 })),
  valid('a rejected call without credits', { status: 429, credits: 0, rejection_cause: 'credits' }),
  rejected('rejected-with-credits', 'a rejected call with a credit', { status: 429, credits: 1 }),
  ...[1, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 2].map((units) => valid(`${units} units`, { units })),
  malformed('-1 units', call({ units: -1 })),
  malformed('more units than an event may have', call({ units: 2 ** 53 - 1 })),
  valid('a duration of 0 ms', { duration_ms: 0 }),
  valid('the longest duration', { duration_ms: 2 ** 31 - 1 }),
  malformed('a duration beyond an int', call({ duration_ms: 2 ** 31 })),
  malformed('a negative duration', call({ duration_ms: -1 })),
];
