/** `npm run explain`: how the amount of an org's day came about. */
import { calendarOf } from '../domain/calendar/calendar.ts';
import { readExplanation } from '../store/explain/read.ts';
import { explanationReport } from './explain-report.ts';
import { dateOption } from './date-option.ts';
import { runCommand } from '../platform/command-line/command.ts';
import { Options } from '../platform/command-line/options.ts';
import { findSubscription, NotThereError, withReading } from './stack.ts';

const DEFAULT_TOP = 10;
const MAX_TOP = 1_000;
const USAGE = `npm run explain -- --org ORG --day DATE [--product P] [--top N]

How the charge of a billing day came about: limits in effect and who set them, revisions, hours, users, apps,
endpoints and cost rules. Each level adds up to the one above.

  --org ORG      the organisation
  --day DATE     its billing day, YYYY-MM-DD in its time zone
  --product P    the subscription, where there are several
  --top N        how many of each are named, 1 to ${MAX_TOP}; the others are one row (${DEFAULT_TOP})`;

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
  if (top < 1 || top > MAX_TOP) throw options.wrong(`--top is a number from 1 to ${MAX_TOP}.`);

  return withReading(async ({ client, settings }) => {
    const { org, subscription } = findSubscription(settings, orgId, product);
    const day = calendarOf(org.timeZone).dayByDate(date);
    if (!day) throw new NotThereError(`${orgId} has no day ${date}: a change of its time zone left it out.`);
    const { catalogues } = settings;
    return explanationReport(await readExplanation(client, { org, subscription, catalogues, day, top }));
  });
});
