import { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS } from '../../../schemas/event-rules.ts';
import { type EventCase, NOW_MS, rejected, valid } from './event-case.ts';

export const TIME_CASES: readonly EventCase[] = [
  valid('exactly the future limit ahead', { occurred_at: NOW_MS + FUTURE_LIMIT_MS }),
  rejected('future-dated', 'a millisecond more than the future limit', {
    occurred_at: NOW_MS + FUTURE_LIMIT_MS + 1,
  }),
  valid('exactly the lateness limit late', { occurred_at: NOW_MS - LATENESS_LIMIT_MS }),
  rejected('too-late', 'a millisecond more than the lateness limit', {
    occurred_at: NOW_MS - LATENESS_LIMIT_MS - 1,
  }),
  rejected('too-late', 'the first millisecond of 1970', { occurred_at: 0 }),
  rejected('future-dated', 'the last millisecond that an id holds', { occurred_at: 2 ** 48 - 1 }),
  valid('the first millisecond of 1970, in a backfill', { occurred_at: 0 }, { lateness_ms: NOW_MS }),
  valid(
    'the last millisecond that an id holds, by a limit that allows it',
    { occurred_at: 2 ** 48 - 1 },
    {
      future_ms: 2 ** 48,
    },
  ),
  rejected(
    'future-dated',
    'ahead at all, by a future limit of 0',
    { occurred_at: NOW_MS + 1 },
    { future_ms: 0 },
  ),
  rejected(
    'too-late',
    'late at all, by a lateness limit of 0',
    { occurred_at: NOW_MS - 1 },
    { lateness_ms: 0 },
  ),
];
