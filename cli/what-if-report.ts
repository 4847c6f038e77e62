import { whatIfAnswer } from '../api/billing/what-if-answer.ts';
import type { StatementDay } from '../store/statements/rows.ts';
import type { RequestedSubscription } from '../api/orgs/subscription.ts';
import { adjustmentText } from '../api/statements/day-words.ts';
import { periodText } from '../api/statements/formats.ts';
import { canonical } from '../domain/money.ts';
import type { Billed } from '../domain/pricing/bill.ts';
import type { DayCharge } from '../domain/pricing/day-charge.ts';
import { assumedTermsText } from '../domain/settings/sample-subscription.ts';
import type { PeriodWhatIf } from '../store/usage/read-what-if.ts';
import { count, table } from './table.ts';

/**
 * The last period under its own and under other terms as text, and where its days are billed.
 * @param rows the period's days as its statement shows them
 */
export function whatIfReport(
  requested: RequestedSubscription,
  whatIf: PeriodWhatIf,
  rows: readonly StatementDay[],
): string {
  const { currency, period, days, asItWas, asItWouldBe, roundedAsItWas, roundedAsItWouldBe } = whatIf;
  const charged = days.filter((day) => (day.asItWas?.billed ?? 0) + (day.asItWouldBe?.billed ?? 0) > 0);
  return [
    `${requested.org.orgId}, ${period.from} to ${period.to} (exclusive), amounts in ${currency}`,
    ...(requested.isAssumed ? [assumedTermsText(count)] : []),
    ...table(
      [
        ...charged.map(({ day, asItWas: was, asItWouldBe: wouldBe }) =>
          [day.date, count(was?.used ?? 0)].concat(billed(was), billed(wouldBe)),
        ),
        [
          'all',
          count(days.reduce((sum, day) => sum + (day.asItWas?.used ?? 0), 0)),
          ...billedTotal(asItWas),
          ...billedTotal(asItWouldBe),
        ],
        ['rounded', '', '', canonical(roundedAsItWas), '', canonical(roundedAsItWouldBe)],
      ],
      ['day', 'used', 'billed', 'amount', 'what-if billed', 'what-if amount'],
    ),
    ...billedInLines(whatIfAnswer(requested, whatIf, rows)),
  ].join('\n');
}

/** How the bills divide the charges as they were: the same parts as `billed` of the API's answer. */
function billedInLines({ period, currency, days, billed: parts }: ReturnType<typeof whatIfAnswer>): string[] {
  if (parts.as_adjustment.length === 0) return [];
  const own = parts.in_own_statement;
  return [
    '',
    'how the bills divide the charges as they were',
    `  in the statement of ${periodText(period)}: ${count(own.credits)} billed, ${currency} ${own.amount}`,
    ...parts.as_adjustment.map((part) => `  ${adjustmentText(part)}: ${currency} ${part.amount}`),
    ...days.flatMap(({ day, billed_as_adjustment: adjustments }) =>
      adjustments.map((part) => `    ${day}: ${adjustmentText(part)}: ${currency} ${part.amount}`),
    ),
  ];
}

function billed(charge: DayCharge | undefined): string[] {
  return charge ? [count(charge.billed), canonical(charge.amount)] : ['0', '0'];
}

function billedTotal({ credits, amount }: Billed): string[] {
  return [count(credits), canonical(amount)];
}
