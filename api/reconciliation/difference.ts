import { Type, type Static } from 'typebox';

/** The differences between stages, and what the operator should do about each. */
export const DIFFERENCES = {
  'offsets-not-landed':
    'Records were skipped: start a consumer with a new CONSUMER_GROUP. It lands the whole log again, which is safe.',
  'records-without-outcome': 'Neither landed nor quarantined: start a consumer with a new CONSUMER_GROUP.',
  'quarantine-differs':
    'The table quarantined disagrees with the landed ranges: start a consumer with a new CONSUMER_GROUP. It records each again.',
  'events-missing':
    'Landed events are missing from call_events: restore the table, or land the log again with a new CONSUMER_GROUP.',
  'rollup-differs':
    'The rollup is not the sum of its events: npm run recompute shows the days and fixes them with --apply.',
  'breakdown-differs':
    'The breakdowns do not add up to the totals: npm run recompute shows the days and fixes them with --apply.',
  'charge-differs':
    'A day’s charge differs from its usage in the rollup: npm run recompute shows the day and closes it again with --apply.',
  'revisions-differ':
    'The deltas of a day’s revisions do not add up to its amount: compare its records in the topic daily-charges.',
  'day-not-charged':
    'A closed day with used credits has no charge: npm run recompute shows the day and closes it with --apply.',
  'org-set-aside':
    'An organisation’s days cannot be closed, for the reason in `found`; the others’ are. It is tried again every minute: correct its settings (npm run org -- show, set).',
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
