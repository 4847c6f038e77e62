/** `npm run what-if`: prices the last period's real usage under another edition, number of users or limit. */
import { readStatement } from '../store/statements/statement.ts';
import type { OtherTerms } from '../domain/pricing/what-if.ts';
import { readWhatIf } from '../store/usage/read-what-if.ts';
import { runCommand } from '../platform/command-line/command.ts';
import { Options } from '../platform/command-line/options.ts';
import { findSubscription } from './find-subscription.ts';
import { withStack } from './stack.ts';
import { whatIfReport } from './what-if-report.ts';

const USAGE = `npm run what-if -- --org ORG [--product P] [--edition E] [--users N] [--additional-limit N]

Prices the usage of the last billing period under other terms, day by day. Terms that you do not specify stay as they
were. Days without a charge under either terms are left out. Late calls count on their own day, even where a later
period bills them as an adjustment: the last lines say so.

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

  return withStack(async ({ client, settings, sources }) => {
    const requested = findSubscription(settings, orgId, product);
    const whatIf = await readWhatIf(client, { ...requested, otherTerms }, sources.now());
    const { from, to } = whatIf.period;
    const { days } = await readStatement(sources, { ...requested, from, to });
    return whatIfReport(requested, whatIf, days);
  });
});
