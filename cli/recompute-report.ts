import type { Recomputed } from '../aggregator/recompute/recompute.ts';
import { count, instant, table } from './table.ts';

const MAX_BUCKETS = 20;

/** What counting again found, as text. */
export function recomputeReport(orgId: string, product: string, found: Recomputed): string {
  const { days, openDays, buckets, charges } = found;
  const [first, last] = [days[0], days.at(-1)];
  const range = first && last ? `${first.date} to ${last.date}` : 'no day that has begun';
  const head = [`${orgId}, ${product}: ${count(days.length)} day(s) counted from the events, ${range}`];
  if (openDays.length > 0) {
    head.push(
      `not closed yet, so without a charge to compare: ${openDays.map(({ date }) => date).join(', ')}`,
    );
  }
  if (buckets.length + charges.length === 0) {
    return [...head, 'Everything is as the events say. Nothing to change.'].join('\n');
  }
  return [...head, ...bucketLines(buckets), ...chargeLines(charges)].join('\n');
}

function bucketLines(buckets: Recomputed['buckets']): string[] {
  if (buckets.length === 0) return ['', 'sealed quarter hours: as the events say'];
  const rows = buckets
    .slice(0, MAX_BUCKETS)
    .map(({ bucket, table: rollup, sealed, counted }) => [
      instant(bucket),
      rollup === 'usage_15m' ? 'totals' : 'breakdown',
      count(sealed.calls),
      count(counted.calls),
      count(sealed.credits),
      count(counted.credits),
    ]);
  const rest = buckets.length > MAX_BUCKETS ? [`  and ${count(buckets.length - MAX_BUCKETS)} more`] : [];
  return [
    '',
    `sealed quarter hours that differ: ${count(buckets.length)}`,
    ...table(rows, ['start', 'of', 'calls now', 'then', 'credits now', 'then']),
    ...rest,
  ];
}

function chargeLines(charges: Recomputed['charges']): string[] {
  if (charges.length === 0) return ['', 'charges: as the events say'];
  const rows = charges.flatMap(({ day, kept, due }) => [
    [
      day.date,
      kept ? `now, revision ${kept.revision}` : 'now: none',
      ...figures(kept?.used, kept?.included, kept?.additional_limit, kept?.billed_credits),
      kept ? trimmed(kept.amount) : '',
    ],
    [
      '',
      `then, revision ${due.revision}, billed in ${due.billed_from} to ${due.billed_to}`,
      ...figures(due.used, due.included, due.additional_limit, due.billed_credits),
      due.amount,
    ],
  ]);
  return [
    '',
    `charges that differ: ${count(charges.length)}`,
    ...table(rows, ['day', '', 'used', 'included', 'limit', 'billed', 'amount']),
  ];
}

const figures = (...credits: (number | undefined)[]): string[] =>
  credits.map((value) => (value === undefined ? '' : count(value)));

/** ClickHouse writes a Decimal with all its places. */
const trimmed = (amount: string): string => amount.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '');
