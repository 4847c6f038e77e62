import { isDeepStrictEqual } from 'node:util';
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
import type { SampledRecord } from './sampled-record.ts';
import { checkUnits, unitOf, type CheckContext } from './units.ts';

export interface Reconciler {
  readonly client: ClickHouseClient;
  readonly store: SettingsStore;
  readonly topics: Pick<Topics, 'calls' | 'settings' | 'dailyCharges'>;
  readonly readKept: () => Promise<KeptEvents>;
  /** Records of the call log at random offsets; none where Kafka cannot be read now. */
  readonly sample: (offsets: number) => Promise<readonly SampledRecord[]>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/**
 * One bounded step of reconciliation: the logs and a sample of their records, what has an open difference, the hours
 * that were sealed or sealed again since the last step, and the next part of the round over everything else. What was
 * found and how far it is are in ClickHouse, so any aggregator goes on where another one stopped. Where there is nothing
 * to check, it reads four small tables and writes nothing.
 * @returns whether there was anything to check
 */
export async function reconcileStep(reconciler: Reconciler, budget: ReconciliationBudget): Promise<boolean> {
  const { client, topics, sample, now } = reconciler;
  const { sealed } = await readProgress(client);
  const at = now();
  const context = readOnce(() => readContext(reconciler, at, budget));
  const before = await readRoundProgress(client);
  const known = await readOpenDifferences(client);
  const check = async (units: readonly string[]): Promise<void> => {
    if (units.length > 0) await recordFound(client, await checkUnits(await context(), units), known, at);
  };

  const isLogsTurn = at - before.logsChecked >= budget.logsEveryMs;
  if (isLogsTurn) {
    await check([topics.calls, topics.settings, topics.dailyCharges].map(unitOf.log));
    await check((await sample(budget.recordsPerSample)).map(unitOf.record));
  }
  await check(openUnits(known, budget.rechecksPerStep));

  // Those of before the first step are for the round.
  const first =
    before.written === 0 ? [] : await readHours(client, before.sealedChecked, sealed, budget.hoursPerStep);
  const again = await readResealedHours(client, before.resealedChecked, budget.hoursPerStep);
  const hours = [...new Set([...first, ...again.hours])].filter((hour) => hour < sealed);
  if (hours.length > 0) {
    for (const chunk of await chunksOf(client, hours, budget.eventsPerStep))
      await check(chunk.map(unitOf.hour));
  }
  const sealedChecked = first.length === budget.hoursPerStep ? (first.at(-1) ?? 0) + HOUR_MS : sealed;

  const after = {
    ...(await nextPart(before, { client, context, check, sealed, budget, at, now })),
    logsChecked: isLogsTurn ? at : before.logsChecked,
    sealedChecked: Math.max(before.sealedChecked, sealedChecked),
    resealedChecked: Math.max(before.resealedChecked, again.until),
  };
  const isChanged = !isDeepStrictEqual(after, before);
  if (isChanged) await writeRoundProgress(client, after);
  return isChanged || known.length > 0;
}

async function readContext(
  { client, store, readKept }: Reconciler,
  at: number,
  { recurAfterMs }: ReconciliationBudget,
): Promise<CheckContext> {
  const settings = await store.refresh();
  return { client, settings, now: at, recurAfterMs, wholeSince: wholeFrom(await readKept(), at) };
}

/** Reads when it is first needed. */
function readOnce<Value>(read: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  return () => (value ??= read());
}

/** Units with open differences, of one kind after the other by the time they were found. */
function openUnits(known: readonly OpenDifference[], limit: number): string[] {
  return [...new Set(known.map(({ unit }) => unit))]
    .filter((unit) => !unit.startsWith('log/'))
    .slice(0, limit);
}
