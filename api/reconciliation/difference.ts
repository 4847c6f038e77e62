import { Type, type Static } from 'typebox';

/** What does not add up, between which stages, and what to do about it. */
export const DIFFERENCES = {
  'offsets-not-landed':
    'Records were passed over: start a consumer with a fresh CONSUMER_GROUP, which lands all of the log again, harmlessly.',
  'records-without-outcome':
    'Neither landed nor quarantined (markers of foreign transactions are no fault): start a consumer with a fresh CONSUMER_GROUP.',
  'quarantine-differs':
    'The table quarantined and what was landed disagree: start a consumer with a fresh CONSUMER_GROUP, which records each again.',
  'events-missing':
    'Events that landed are gone from call_events: restore the table, or land the log again with a fresh CONSUMER_GROUP.',
  'rollup-differs':
    'The rollup is not the sum of its events: npm run recompute shows the days, and mends them with --apply.',
  'breakdown-differs':
    'The breakdowns do not sum up to the totals: npm run recompute shows the days, and mends them with --apply.',
  'charge-differs':
    'A day was charged for other usage than the rollup has: npm run recompute shows the day, and closes it again with --apply.',
  'revisions-differ':
    'The differences of a day’s revisions do not sum up to its amount: compare its records in the topic daily-charges.',
  'day-not-charged':
    'A closed day with used credits has no charge: npm run recompute shows the day, and closes it with --apply.',
} as const;
type DifferenceName = keyof typeof DIFFERENCES;

export const Difference = Type.Object(
  {
    name: Type.Enum(Object.keys(DIFFERENCES)),
    where: Type.String({ description: 'A partition and its offsets, an hour, or an organisation’s day.' }),
    expected: Type.String({ description: 'A count, or an exact decimal.' }),
    found: Type.String(),
    action: Type.String({ description: 'What to do about it.' }),
  },
  { additionalProperties: false },
);
export type Difference = Static<typeof Difference>;

export function difference(
  name: DifferenceName,
  where: string,
  expected: string | number,
  found: string | number,
): Difference {
  return { name, where, expected: String(expected), found: String(found), action: DIFFERENCES[name] };
}
