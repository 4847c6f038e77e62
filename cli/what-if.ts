/** `npm run what-if`: prices the last period's real usage under another edition, number of users or limit. */
import { canonical } from '../domain/money.ts';
import type { Billed } from '../domain/pricing/bill.ts';
import type { DayCharge } from '../domain/pricing/day-charge.ts';
import type { OtherTerms } from '../domain/pricing/what-if.ts';
import { readWhatIf, type PeriodWhatIf } from '../store/usage/read-what-if.ts';
import { runCommand } from '../platform/command-line/command.ts';
import { Options } from '../platform/command-line/options.ts';
import { findSubscription } from './find-subscription.ts';
import { withStack } from './stack.ts';
import { count, table } from './table.ts';

const USAGE = `npm run what-if -- --org ORG [--product P] [--edition E] [--users N] [--additional-limit N]

Prices the usage of the last billing period under other terms, day by day. Terms that you do not specify stay as they
were. Days without a charge under either terms are left out.

  --org ORG                the organisation
  --product P              the subscription; required if there are several
  --edition E              see: npm run catalogue -- show editions
  --users N                licensed users
  --additional-limit N     credits beyond the included ones`;

await runCommand(async (args) => {
  const options = new Options(
    USAGE,
    { org: 'string', product: 'string', edition: 'string', users: 'string', 'additional-limit': 'string' },
    args,
  );
  if (options.has('help')) return USAGE;
  const orgId = options.required('org');
  const product = options.text('product');
  const [edition, users, additionalLimit] = [
    options.text('edition'),
    options.integer('users'),
    options.integer('additional-limit'),
  ];
  const otherTerms: OtherTerms = {
    ...(edition === undefined ? {} : { edition }),
    ...(users === undefined ? {} : { users }),
    ...(additionalLimit === undefined ? {} : { additionalLimit }),
  };
  if (Object.keys(otherTerms).length === 0)
    throw options.wrong('Specify at least one of --edition, --users, --additional-limit.');

  return withStack(async ({ client, settings }) => {
    const found = findSubscription(settings, orgId, product);
    const { catalogues } = settings;
    return report(orgId, await readWhatIf(client, { ...found, catalogues, otherTerms }, Date.now()));
  });
});

function report(orgId: string, answer: PeriodWhatIf): string {
  const { currency, period, days, asItWas, asItWouldBe, roundedAsItWas, roundedAsItWouldBe } = answer;
  const charged = days.filter((day) => (day.asItWas?.billed ?? 0) + (day.asItWouldBe?.billed ?? 0) > 0);
  return [
    `${orgId}, ${period.from} to ${period.to} (exclusive), amounts in ${currency}`,
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
  ].join('\n');
}

function billed(charge: DayCharge | undefined): string[] {
  return charge ? [count(charge.billed), canonical(charge.amount)] : ['0', '0'];
}

function billedTotal({ credits, amount }: Billed): string[] {
  return [count(credits), canonical(amount)];
}
