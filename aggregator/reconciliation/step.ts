import { HOUR_MS } from '../../schemas/time-units.ts';
import { wholeFrom, type KeptEvents } from '../../schemas/event-rules.ts';
import type { Topics } from '../../schemas/topics.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import { readOpenDifferences, recordFound, type OpenDifference } from '../../store/reconciliation/found.ts';
import { readRoundProgress, writeRoundProgress } from '../../store/reconciliation/round-progress.ts';
import type { SettingsStore } from '../../store/settings/store.ts';
import { chunksOf } from '../sealing/chunks.ts';
import type { ReconciliationBudget } from './budget.ts';
import { nextPart } from './next-part.ts';
import { readHours, readResealedHours } from './scope.ts';
import { checkUnits, unitOf } from './units.ts';

export interface Reconciler {
  readonly client: ClickHouseClient;
  readonly store: SettingsStore;
  readonly topics: Pick<Topics, 'calls' | 'settings' | 'dailyCharges'>;
  readonly readKept: () => Promise<KeptEvents>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * One bounded step of reconciliation: the logs, what has an open difference, the hours that were sealed or sealed again
 * since the last step, and the next part of the round over everything else. What was found and how far it is are in
 * ClickHouse, so any aggregator goes on where another one stopped.
 */
export async function reconcileStep(
  { client, store, topics, readKept, now }: Reconciler,
  budget: ReconciliationBudget,
): Promise<void> {
  const { sealed } = await readProgress(client);
  const at = now();
  const context = {
    client,
    settings: await store.refresh(),
    now: at,
    recurAfterMs: budget.recurAfterMs,
    wholeSince: wholeFrom(await readKept(), at),
  };
  const before = await readRoundProgress(client);
  const known = await readOpenDifferences(client);
  const check = async (units: readonly string[]): Promise<void> => {
    if (units.length > 0) await recordFound(client, await checkUnits(context, units), known, at);
  };

  const isLogsTurn = at - before.logsChecked >= budget.logsEveryMs;
  if (isLogsTurn) await check([topics.calls, topics.settings, topics.dailyCharges].map(unitOf.log));
  await check(openUnits(known, budget.rechecksPerStep));

  // Those of before the first step are for the round.
  const first =
    before.written === 0 ? [] : await readHours(client, before.sealedChecked, sealed, budget.hoursPerStep);
  const again = await readResealedHours(client, before.resealedChecked, budget.hoursPerStep);
  const hours = [...new Set([...first, ...again.hours])].filter((hour) => hour < sealed);
  for (const chunk of await chunksOf(client, hours, budget.eventsPerStep))
    await check(chunk.map(unitOf.hour));
  const sealedChecked = first.length === budget.hoursPerStep ? (first.at(-1) ?? 0) + HOUR_MS : sealed;

  await writeRoundProgress(client, {
    ...(await nextPart(before, { context, check, sealed, budget, now })),
    logsChecked: isLogsTurn ? at : before.logsChecked,
    sealedChecked: Math.max(before.sealedChecked, sealedChecked),
    resealedChecked: Math.max(before.resealedChecked, again.until),
  });
}

/** Units with open differences, of one kind after the other by the time they were found. */
function openUnits(known: readonly OpenDifference[], limit: number): string[] {
  return [...new Set(known.map(({ unit }) => unit))]
    .filter((unit) => !unit.startsWith('log/'))
    .slice(0, limit);
}
