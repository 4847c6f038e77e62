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
  'feed-differs':
    'The feed does not show the charges of this day as they are: npm run repair -- --apply copies them again.',
  'org-set-aside':
    'An organisation’s days cannot be closed, for the reason in `found`; the others’ are. It is tried again every minute: correct its settings (npm run org -- show, set).',
} as const;
export type DifferenceName = keyof typeof DIFFERENCES;
export const DIFFERENCE_NAMES: readonly DifferenceName[] = Object.keys(DIFFERENCES).filter(
  (name): name is DifferenceName => Object.hasOwn(DIFFERENCES, name),
);

/** Where a difference is, as far as it has such a place: offsets of a partition, or an organisation's hours or day. */
export interface DifferencePlace {
  readonly topic?: string;
  readonly partition?: number;
  /** Both inclusive. */
  readonly first_offset?: number;
  readonly last_offset?: number;
  readonly org_id?: string;
  readonly product?: string;
  /** A local date. */
  readonly day?: string;
  /** The hours that it lies in: half-open, epoch milliseconds. */
  readonly from?: number;
  readonly to?: number;
}

export interface Difference {
  readonly name: DifferenceName;
  /** The place in words. */
  readonly where: string;
  /** Counts, or exact decimals. */
  readonly expected: string;
  readonly found: string;
  readonly place: DifferencePlace;
}

export function difference(
  name: DifferenceName,
  where: string,
  expected: string | number,
  found: string | number,
  place: DifferencePlace = {},
): Difference {
  return { name, where, expected: String(expected), found: String(found), place };
}

/** Two readings of the same difference: landing, sealing and closing continue, so only one that recurs is one. */
export const identityOf = ({ name, where, expected, found }: Difference): string =>
  JSON.stringify([name, where, expected, found]);
