import { ResealPace } from '../../../aggregator/sealing/reseal-pace.ts';
import { tick, type Aggregator } from '../../../aggregator/tick.ts';
import { BUDGET, type ReconciliationBudget } from '../../../aggregator/reconciliation/budget.ts';
import { reconcileStep, type Reconciler } from '../../../aggregator/reconciliation/step.ts';
import { checkUnits } from '../../../aggregator/reconciliation/units.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { decodeDailyCharge } from '../../../schemas/daily-charge.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { topicNames } from '../../../schemas/topics.ts';
import type { Difference } from '../../../store/reconciliation/difference.ts';
import { readOpenDifferences, type OpenDifference } from '../../../store/reconciliation/found.ts';
import { readRoundProgress } from '../../../store/reconciliation/round-progress.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import { callEvent, insertCharges, insertEvents, insertLanded, insertSettings } from '../../api/tables.ts';
import { openNamespace, type Namespace } from '../../servers/namespace.ts';

/** The end of the third day. */
const NOW = Date.parse('2026-11-23T05:20:00Z');
export const FIRST_DAY = Date.parse('2026-11-20T00:00:00Z');
export const topics = topicNames();

const sample = () => Promise.resolve([]);
const readKept = () => Promise.resolve({ retentionMs: Infinity, droppedBeforeMs: -Infinity });

/** Two organisations with calls on three closed days, in a database of their own, and an aggregator that reconciles. */
export interface MeteredDays {
  readonly namespace: Namespace;
  readonly client: ClickHouseClient;
  readonly aggregator: Aggregator;
  readonly reconciler: Reconciler;
  /** Takes steps until a round is complete. @returns the open differences */
  reconcile(): Promise<OpenDifference[]>;
  step(budget?: Partial<ReconciliationBudget>): Promise<OpenDifference[]>;
  /** Checks these units by themselves. */
  check(units: readonly string[]): Promise<Difference[]>;
  /** A call at an hour of the first day. */
  use(orgId: string, hour: number): Promise<void>;
  /** Changes a table during `work`, then puts it back: no process ever does that. */
  damaged(table: string, change: string, work: () => Promise<void>): Promise<void>;
  mutate(table: string, change: string): Promise<void>;
  close(): Promise<void>;
}

export async function openMeteredDays(suite: string): Promise<MeteredDays> {
  const namespace = openNamespace(suite);
  await migrate(namespace.settings);
  const client = connectClickHouse(namespace.settings, `${suite} test`);
  const store = createSettingsStore(client, 'none');
  const insert = (table: string, values: readonly object[]) =>
    client.insert({ table, values, format: 'JSONEachRow' });

  await insertSettings(client, [
    { org: 'one', value: { time_zone: 'Asia/Kathmandu', billing_day: 1 } },
    { org: 'one', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 10_000 } },
    { org: 'two', value: { time_zone: 'UTC', billing_day: 1 } },
    { org: 'two', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
  ]);
  const calls = ['one', 'two'].flatMap((org_id) =>
    Array.from({ length: 27 }, (_, each) =>
      callEvent({
        org_id,
        occurred_at:
          FIRST_DAY + (each % 3) * DAY_MS + (8 + Math.floor(each / 9)) * HOUR_MS + each * MINUTE_MS,
        user_id: `user ${each % 4}`,
        credits: 400 + each,
      }),
    ),
  );
  await insertEvents(client, calls);
  const range = { topic: topics.calls, partition: 0, quarantined: 0 };
  await insert('landed_ranges', [
    { ...range, first_offset: 0, last_offset: 29, rows: 29, quarantined: 1 },
    { ...range, first_offset: 30, last_offset: 54, rows: 25 },
  ]);
  const place = { topic: topics.calls, partition: 0, offset: 7 };
  await insert('quarantined', [
    { ...place, reason: 'too-late', detail: '', org_id: 'one', size_bytes: 1, appended_at: 0 },
  ]);
  for (const topic of [topics.calls, topics.settings])
    await insertLanded(client, topic, { until: NOW, observedAt: NOW, isCaughtUp: true });
  const log = {
    append: (records: readonly { readonly value: Buffer }[]) =>
      insertCharges(
        client,
        records.map(({ value }) => decodeDailyCharge(value)),
      ),
    close: () => Promise.resolve(),
  };
  const timing = { sealDelayMs: MINUTE_MS, graceMs: 15 * MINUTE_MS, gatherMs: 0 };
  const resealPace = new ResealPace(() => 0);
  const aggregator: Aggregator = {
    client,
    store,
    log,
    now: () => NOW,
    startedAt: 0,
    topics,
    timing,
    resealPace,
  };
  await tick(aggregator);

  let now = NOW;
  const reconciler: Reconciler = { client, store, topics, readKept, sample, now: () => (now += 1) };
  const step = async (budget: Partial<ReconciliationBudget> = {}) => {
    await reconcileStep(reconciler, {
      ...BUDGET,
      roundEveryMs: 0,
      logsEveryMs: 0,
      recurAfterMs: 0,
      ...budget,
    });
    return readOpenDifferences(client);
  };
  const mutate = (table: string, change: string) =>
    namespace.onTables(`ALTER TABLE ${table} ${change} SETTINGS mutations_sync = 2`);
  return {
    namespace,
    client,
    aggregator,
    reconciler,
    step,
    check: async (units) => {
      const context = {
        client,
        settings: await store.refresh(),
        now: NOW,
        recurAfterMs: 0,
        wholeSince: -Infinity,
      };
      return [...(await checkUnits(context, units)).values()].flat();
    },
    mutate,
    reconcile: async () => {
      const { completed } = await readRoundProgress(client);
      let found: OpenDifference[] = [];
      while ((await readRoundProgress(client)).completed === completed) found = await step();
      return found;
    },
    use: (orgId, hour) =>
      insertEvents(client, [callEvent({ org_id: orgId, occurred_at: FIRST_DAY + hour * HOUR_MS })]),
    damaged: async (table, change, work) => {
      const kept = `kept_${table}`;
      await namespace.onTables(`CREATE TABLE ${kept} CLONE AS ${table}`);
      try {
        await mutate(table, change);
        await work();
      } finally {
        await namespace.onTables(`TRUNCATE TABLE ${table}`);
        await mutate(table, `ATTACH PARTITION ALL FROM ${kept}`);
        await namespace.onTables(`DROP TABLE ${kept}`);
      }
    },
    close: async () => {
      await client.close();
      await namespace.drop();
    },
  };
}
