import { canonical } from '../domain/money.ts';
import { formatInstant } from '../domain/instants.ts';
import { count, signed, table } from './table.ts';
import type { DayCharge } from '../domain/pricing/day-charge.ts';
import type { UsageTotal } from '../store/usage/read.ts';
import { assumedTermsText } from '../domain/settings/sample-subscription.ts';
import { billedInLines, billedInText, type Billing } from './explain-billing.ts';
import { callsPath } from '../api/explanation/calls-path.ts';
import type { Breakdown, Explanation } from '../store/explain/explanation.ts';
import type { TermsInEffect } from '../domain/pricing/terms-of-day.ts';
import { printableLine } from '../platform/printable-text.ts';
import { HOUR_MS } from '../schemas/time-units.ts';

interface ReportOptions extends Billing {
  /** Whether nothing is recorded about the organisation. */
  readonly isAssumed: boolean;
}

/** An explanation as text, from the amount down to the path of the single calls. */
export function explanationReport(
  explanation: Explanation,
  { isAssumed, ...billing }: ReportOptions,
): string {
  const { orgId, product, day, charge } = explanation;
  const hours = (day.to - day.from) / HOUR_MS;
  return [
    `${orgId}, ${product}, ${day.date}: ${formatInstant(day.from)} to ${formatInstant(day.to)}, ${hours} hours`,
    ...(isAssumed ? [assumedTermsText(count)] : []),
    ...(charge
      ? [...chargeLines(charge, explanation.total), ...billedInLines(billing, charge.priceBook.currency)]
      : ['', 'no subscription: these calls use no credits and cost nothing']),
    ...revisionLines(explanation, billing),
    '',
    'limits in effect',
    ...explanation.terms.flatMap((terms) => termsLines(terms)),
    '',
    'hours (UTC)',
    ...table(
      [
        ...explanation.hours.map((hour) => [`${clock(hour.from)} to ${clock(hour.to)}`, ...figures(hour)]),
        ['all', ...figures(explanation.total)],
      ],
      ['', 'calls', 'credits', 'rejected'],
    ),
    ...explanation.breakdowns.flatMap((breakdown) => breakdownLines(breakdown, explanation.total)),
    '',
    'single calls',
    `  GET ${callsPath(explanation)}`,
  ].join('\n');
}

function chargeLines(charge: DayCharge, total: UsageTotal): string[] {
  const { currency, name } = charge.priceBook;
  return [
    '',
    'charge, in credits',
    ...table([
      ['used', count(charge.used), `${count(total.calls)} calls, ${count(total.rejected)} of them rejected`],
      ['included', count(charge.included), ''],
      ['additional', count(charge.additional), 'used beyond the included ones'],
      ['additional limit', count(charge.additionalLimit), ''],
      ['billed', count(charge.billed), 'additional, within the limit'],
      ['over limit', count(charge.overLimit), 'recorded, never charged'],
    ]),
    '',
    `amount: ${currency} ${canonical(charge.amount)}, exact, by price book ${name}`,
    ...table(
      charge.lines.map(({ credits, rate_per_1000, amount }) => [
        count(credits),
        'credits at',
        rate_per_1000,
        'per 1,000 =',
        canonical(amount),
      ]),
    ),
  ];
}

function revisionLines({ revisions, pending, charge }: Explanation, { period }: Billing): string[] {
  const rows = revisions.map((each) => [
    `revision ${each.revision}`,
    `closed ${formatInstant(each.closed_at)}`,
    `used ${count(each.used)}`,
    `billed ${count(each.billed_credits)} (${signed(each.delta_credits)})`,
    `amount ${canonical(each.amount)} (difference ${canonical(each.delta_amount)})`,
    billedInText(each, period),
  ]);
  const late = pending && [
    `  next revision, pending: used ${signed(pending.usedCredits)}, billed ${signed(pending.deltaCredits)}, ` +
      `amount difference ${canonical(pending.deltaAmount)}`,
  ];
  const none =
    charge && charge.used > 0 ? '  none yet: the day is not closed' : '  none: no credits were used';
  return ['', 'revisions', ...(rows.length === 0 ? [none] : table(rows)), ...(late ?? [])];
}

function termsLines({ from, to, allowance, change, decidesIncluded, decidesLimit }: TermsInEffect): string[] {
  const { base, per_user, users, maximum } = allowance.formula;
  const sum = `${count(base)} + ${count(per_user)} x ${count(users)} users`;
  const formula = maximum === null ? sum : `min(${count(maximum)}, ${sum})`;
  return [
    `  ${formatInstant(from)} to ${formatInstant(to)}`,
    `    ${allowance.edition}: ${formula} = ${count(allowance.included)} included${decides(decidesIncluded)}`,
    `    additional limit ${count(allowance.additionalLimit)}${decides(decidesLimit)}`,
    `    in effect since ${formatInstant(change.effectiveAt)}, set by ${change.recordedBy}` +
      (change.reason === '' ? '' : `: ${printableLine(change.reason)}`),
  ];
}

function breakdownLines({ by, top, other }: Breakdown, total: UsageTotal): string[] {
  const rest = other.calls > 0 ? [['(other)', ...figures(other)]] : [];
  return [
    '',
    `by ${by}`,
    ...table(
      [...top.map((row) => [row.value, ...figures(row)]), ...rest, ['all', ...figures(total)]],
      ['', 'calls', 'credits', 'rejected'],
    ),
  ];
}

const figures = ({ calls, credits, rejected }: UsageTotal): string[] => [
  count(calls),
  count(credits),
  count(rejected),
];

const decides = (is: boolean): string => (is ? ' (applies to the day)' : '');

const clock = (at: number): string => formatInstant(at).slice(11, 16);
