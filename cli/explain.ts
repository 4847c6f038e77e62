/** `npm run explain`: how the charge of a day came about. */
import { readMoment } from '../store/statements/moment.ts';
import { statementDay } from '../store/statements/rows.ts';
import { billingPeriodsOf } from '../domain/calendar/billing-periods.ts';
import { calendarOf } from '../domain/calendar/calendar.ts';
import { readExplanation } from '../store/explain/read.ts';
import { explanationReport } from './explain-report.ts';
import { dateOption } from './date-option.ts';
import { runCommand } from '../platform/command-line/command.ts';
import { Options } from '../platform/command-line/options.ts';
import { findSubscription, NotFoundError } from './find-subscription.ts';
import { withStack } from './stack.ts';

const DEFAULT_TOP = 10;
const MAX_TOP = 1_000;
const USAGE = `npm run explain -- --org ORG --day DATE [--product P] [--top N]

Explains the charge of a billing day: the limits in effect and who set them, revisions, hours, users, apps, routes,
endpoints and cost rules. Each level adds up to the one above.

  --org ORG      the organisation
  --day DATE     its billing day, YYYY-MM-DD in its time zone
  --product P    the subscription; required if there are several
  --top N        how many of each to list, 1 to ${MAX_TOP}; one row sums up the others (${DEFAULT_TOP})`;

await runCommand(async (args) => {
  const options = new Options(
    USAGE,
    { org: 'string', day: 'string', product: 'string', top: 'string' },
    args,
  );
  if (options.has('help')) return USAGE;
  const orgId = options.required('org');
  const date = dateOption(options, 'day');
  const product = options.text('product');
  const top = options.integer('top') ?? DEFAULT_TOP;
  if (top < 1 || top > MAX_TOP) throw options.wrong(`--top must be a number from 1 to ${MAX_TOP}.`);

  return withStack(async ({ client, settings, sources }) => {
    const found = findSubscription(settings, orgId, product);
    const { org, catalogues } = found;
    const calendar = calendarOf(org.timeZone);
    const day = calendar.dayByDate(date);
    if (!day) throw new NotFoundError(`${orgId} has no day ${date}: its time zone skips this date.`);
    // In this order, a day that lands or closes in between is merely shown as open.
    const moment = await readMoment(sources, catalogues);
    const explanation = await readExplanation(client, { ...found, day, top });
    const { revisions: charges, charge: live } = explanation;
    const period = billingPeriodsOf(calendar, org.billingDay).periodOf(date);
    const row = statementDay({ day, period, charges, live }, moment);
    return explanationReport(explanation, { isAssumed: found.isAssumed, period, row });
  });
});
