/** `npm run recompute`: counts days again from the events and, with --apply, corrects what differs. */
import { applyRecomputed } from '../aggregator/recompute/apply.ts';
import { recompute } from '../aggregator/recompute/recompute.ts';
import { withChargesLog } from './charges-log.ts';
import { dateOption } from './date-option.ts';
import { runCommand } from '../platform/command-line/command.ts';
import { Options } from '../platform/command-line/options.ts';
import { findSubscription } from './find-subscription.ts';
import { connectNodes } from '../platform/clickhouse/connect.ts';
import { readKeptEvents } from '../store/retention.ts';
import { withStack } from './stack.ts';
import { recomputeReport } from './recompute-report.ts';

const USAGE = `npm run recompute -- --org ORG --from DATE --to DATE [--product P] [--apply]

Counts billing days again from the raw events, compares them with the sealed hours and the charges, and reports the
differences. Days whose raw events may have been dropped (RETENTION_DAYS) cannot be recomputed. A final statement never
changes: a difference on one of its days becomes an adjustment in the current period.

  --org ORG      the organisation
  --from DATE    the first billing day, YYYY-MM-DD
  --to DATE      the end, exclusive
  --product P    the subscription; required if there are several
  --apply        seal the differing hours again and append the revisions`;

await runCommand(async (args) => {
  const options = new Options(
    USAGE,
    { org: 'string', from: 'string', to: 'string', product: 'string', apply: 'boolean' },
    args,
  );
  if (options.has('help')) return USAGE;
  const orgId = options.required('org');
  const [from, to] = [dateOption(options, 'from'), dateOption(options, 'to')];
  const product = options.text('product');
  if (to <= from) throw options.wrong('--to must be later than --from: it is the end, exclusive.');

  return withStack(async ({ config, client, settings }) => {
    const { org, subscription } = findSubscription(settings, orgId, product);
    const kept = await readKeptEvents(config);
    const request = { client, settings, org, kept, product: subscription.product, from, to };
    const found = await recompute({ ...request, now: Date.now() });
    const report = recomputeReport(orgId, subscription.product, found);
    const differs = found.buckets.length + found.charges.length > 0;
    if (!differs) return report;
    if (!options.has('apply'))
      return `${report}\n\nNothing was changed. Add --apply to apply the corrections.`;
    const revisions = await withChargesLog(client, async (log) => {
      // With the same settings as the report above.
      const closing = { client, store: { refresh: async () => settings }, log, now: Date.now };
      const nodes = connectNodes(config, 'api-credits recompute');
      try {
        return await applyRecomputed(closing, nodes, org, found);
      } finally {
        await Promise.all(nodes.map((node) => node.close()));
      }
    });
    return `${report}\n\nApplied: the hours are sealed again, ${revisions} revision(s) appended.`;
  });
});
