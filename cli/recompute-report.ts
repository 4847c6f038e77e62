import type { Recomputed } from '../aggregator/recompute/recompute.ts';
import type { Revision } from '../domain/closing/next-revision.ts';
import { canonical, parseMoney } from '../domain/money.ts';
import { formatInstant } from '../domain/instants.ts';
import { count, table } from './table.ts';

const MAX_BUCKETS = 20;

/** The result of recompute as text. */
export function recomputeReport(orgId: string, product: string, found: Recomputed): string {
  const { days, openDays, buckets, charges } = found;
  const [first, last] = [days[0], days.at(-1)];
  const range = first && last ? `${first.date} to ${last.date}` : 'none has begun';
  const head = [`${orgId}, ${product}: ${count(days.length)} day(s) counted from the events, ${range}`];
  if (openDays.length > 0) {
    head.push(`not closed yet, no charge to compare: ${openDays.map(({ date }) => date).join(', ')}`);
  }
  if (buckets.length + charges.length === 0) {
    return [...head, 'All figures match the events. Nothing to change.'].join('\n');
  }
  return [...head, ...bucketLines(buckets), ...chargeLines(charges)].join('\n');
}

function bucketLines(buckets: Recomputed['buckets']): string[] {
  if (buckets.length === 0) return ['', 'sealed quarter hours: all match the events'];
  const rows = buckets
    .slice(0, MAX_BUCKETS)
    .map(({ bucket, table: rollup, sealed, counted }) => [
      formatInstant(bucket),
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
    ...table(rows, ['start', 'rollup', 'calls now', 'corrected', 'credits now', 'corrected']),
    ...rest,
  ];
}

function chargeLines(charges: Recomputed['charges']): string[] {
  if (charges.length === 0) return ['', 'charges: all match the events'];
  const rows = charges.flatMap(({ day, recorded, corrected }) => [
    [
      day.date,
      recorded ? `now, revision ${recorded.revision}` : 'now: none',
      ...(recorded ? figures(recorded) : ['', '', '', '', '']),
    ],
    [
      '',
      `corrected, revision ${corrected.revision}, billed in ${corrected.billed_from} to ${corrected.billed_to}`,
      ...figures(corrected),
    ],
  ]);
  return [
    '',
    `charges that differ: ${count(charges.length)}`,
    ...table(rows, ['day', '', 'used', 'included', 'limit', 'billed', 'amount']),
  ];
}

/** Canonical, as ClickHouse writes a Decimal with trailing zeros. */
const figures = ({ used, included, additional_limit, billed_credits, amount }: Revision): string[] => [
  ...[used, included, additional_limit, billed_credits].map((credits) => count(credits)),
  canonical(parseMoney(amount)),
];
