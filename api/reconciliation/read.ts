import type { Static } from 'typebox';
import { countReplayed } from '../../store/dead-letters/replays.ts';
import { readBacklog } from '../../store/progress/aggregator-backlog.ts';
import type { Sources } from '../dependencies.ts';
import type { ReconciliationAnswer } from './answer.ts';
import { readBackground } from './background.ts';
import { readChargeFacts } from './charges.ts';
import { identityOf, type Difference } from '../../store/reconciliation/difference.ts';
import { differenceJson } from './difference.ts';
import { readLogFacts } from './log.ts';
import { readSetAsideDifferences } from './set-aside.ts';
import { readUsageFacts } from './usage.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo, formatInstant } from '../../domain/instants.ts';

type Reconciliation = Static<typeof ReconciliationAnswer>;
type Stages = Omit<Reconciliation, 'differences'> & { readonly differences: readonly Difference[] };

/**
 * Compares every stage with the one before it. Landing, sealing and closing continue meanwhile, and no query sees all
 * tables at one instant. So differences are read a second time, and only those that recur unchanged are reported.
 * @param range the hours whose usage is compared, epoch milliseconds; the log is compared as a whole
 */
export async function reconcile(
  sources: Sources,
  range: { readonly from: number; readonly to: number },
): Promise<Reconciliation> {
  const first = await readStages(sources, range);
  if (first.differences.length === 0) return { ...first, differences: [] };
  const second = await readStages(sources, range);
  const recurring = new Set(first.differences.map(identityOf));
  const differences = second.differences.filter((each) => recurring.has(identityOf(each)));
  return { ...second, differences: differences.map(differenceJson) };
}

async function readStages(
  sources: Sources,
  range: { readonly from: number; readonly to: number },
): Promise<Stages> {
  const { clickhouse, topics, timing } = sources;
  const now = sources.now();
  const [from, to] = [floorTo(range.from, HOUR_MS), floorTo(range.to, HOUR_MS)];
  const settings = await sources.settings.refresh();
  const due = await readBacklog(clickhouse, topics, now, timing);
  // One after the other: all at once they would wait for each other's queries longer than a query may wait.
  const log = await readLogFacts(clickhouse, topics.calls);
  const charges = await readLogFacts(clickhouse, topics.dailyCharges);
  const changes = await readLogFacts(clickhouse, topics.settings);
  const [usage, charged, setAside, replayed, background] = await Promise.all([
    readUsageFacts(clickhouse, { from, to, now }),
    readChargeFacts(clickhouse, settings, { from, to }),
    readSetAsideDifferences(clickhouse),
    countReplayed(clickhouse, topics.calls),
    readBackground(clickhouse),
  ]);
  const quarantined = log.quarantined.reduce((all, { records }) => all + records, 0);
  return {
    as_of: formatInstant(now),
    landed_until: formatInstant(due.watermark),
    lag_seconds: (now - due.watermark) / 1000,
    from: formatInstant(from),
    to: formatInstant(to),
    published: { records: log.published, waiting: Math.max(0, log.published - log.landed) },
    landed: {
      records: log.landed,
      events: Math.max(0, log.landed - log.unpublished - quarantined),
      unpublished: log.unpublished,
    },
    repeated: { deliveries: log.deliveries - log.landed },
    quarantined: {
      records: quarantined,
      replayed: { counted: replayed.counted, quarantined_again: replayed.quarantinedAgain },
      reasons: [...log.quarantined],
    },
    events: usage.events,
    rolled_up: {
      ...usage.rolledUp,
      hours_to_seal: due.hoursToSeal,
      marks_to_reseal: due.invalidationsToReseal,
    },
    charged: {
      days: charged.days,
      revisions: charged.revisions,
      used: charged.used,
      closing_behind_seconds: due.closingBehindMs / 1000,
    },
    background,
    differences: [
      ...[log, charges, changes, usage, charged].flatMap((stage) => stage.differences),
      ...setAside,
    ],
  };
}
