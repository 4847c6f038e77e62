import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { closeDays } from '../../../aggregator/closing/close-days.ts';
import { readCharges } from '../../../store/charges/charges.ts';
import { advanceProgress, readProgress } from '../../../store/progress/aggregator-progress.ts';
import { applyRecomputed } from '../../../aggregator/recompute/apply.ts';
import { FrozenDayError, recompute } from '../../../aggregator/recompute/recompute.ts';
import { clearInvalidations, readInvalidations } from '../../../aggregator/sealing/invalidations.ts';
import { sealEndedHours } from '../../../aggregator/sealing/seal-hours.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import type { RollupTable } from '../../../store/usage/breakdowns.ts';
import { readUsage } from '../../../store/usage/read.ts';
import {
  connectClickHouse,
  connectNodes,
  type ClickHouseClient,
} from '../../../platform/clickhouse/connect.ts';
import type { LandedLog } from '../../../platform/landed-log.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { enforceRetention, readKeptEvents } from '../../../store/retention.ts';
import { decodeDailyCharge } from '../../../schemas/daily-charge.ts';
import { floorTo } from '../../../domain/instants.ts';
import { canonical } from '../../../domain/money.ts';
import { callEvent, insertCharges, insertEvents, insertSettings } from '../../api/tables.ts';
import { openNamespace } from '../../servers/namespace.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';

const today = floorTo(Date.now(), DAY_MS);
const NOW = today + 12 * HOUR_MS;
const dateAt = (instant: number): string => new Date(instant).toISOString().slice(0, 10);
/** The last three days before today. */
const [FROM, TO] = [dateAt(today - 3 * DAY_MS), dateAt(today)];

const namespace = openNamespace('recompute');
let client: ClickHouseClient;
let nodes: ClickHouseClient[];
/** The topic daily-charges, landed immediately: other suites test its consumer. */
const log: LandedLog = {
  append: (records) =>
    insertCharges(
      client,
      records.map(({ value }) => decodeDailyCharge(value)),
    ),
  close: () => Promise.resolve(),
};

const stateOf = () => createSettingsStore(client, 'none').refresh();

async function orgOf() {
  const settings = await stateOf();
  const org = settings.history('acme');
  if (!org) throw new Error('acme is not known');
  return { settings, org };
}

async function recomputed(from = FROM, to = TO, now = NOW) {
  const { settings, org } = await orgOf();
  const kept = await readKeptEvents(namespace.settings);
  return recompute({ client, settings, org, kept, product: 'crm', from, to, now });
}

async function apply(now = NOW): Promise<number> {
  const { org } = await orgOf();
  return applyRecomputed(
    { client, store: { refresh: stateOf }, log, now: () => now },
    nodes,
    org,
    await recomputed(FROM, TO, now),
  );
}

const revisions = async () => {
  const rows = await readCharges(client, {
    orgId: 'acme',
    product: 'crm',
    fromDate: FROM,
    toDate: TO,
    closedFrom: 0,
    closedTo: 0,
  });
  return rows.map(({ day, revision, used, amount, delta_amount }) => [
    day,
    revision,
    used,
    canonical(amount),
    canonical(delta_amount),
  ]);
};

const usage = (groupBy: readonly ('product' | 'user')[]) =>
  readUsage(client, { orgId: 'acme', from: today - 3 * DAY_MS, to: today, groupBy });

beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'recompute test');
  nodes = connectNodes(namespace.settings, 'recompute test');
  await insertSettings(client, [
    { org: 'acme', value: { time_zone: 'UTC', billing_day: 1 } },
    { org: 'acme', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 10_000 } },
  ]);
  await insertEvents(client, [
    callEvent({ org_id: 'acme', occurred_at: today - 3 * DAY_MS + 5, credits: 6_000 }),
    callEvent({ org_id: 'acme', occurred_at: today - 2 * DAY_MS + 5, credits: 8_000, user_id: 'bob' }),
    callEvent({ org_id: 'acme', occurred_at: today - 2 * DAY_MS + HOUR_MS, credits: 7, product: 'bigin' }),
    callEvent({ org_id: 'acme', occurred_at: today - DAY_MS + 5, credits: 400 }),
    callEvent({ org_id: 'other', occurred_at: today - DAY_MS + 5, credits: 9_000 }),
  ]);
  await sealEndedHours(client, today, 0);
  await advanceProgress(client, 'closed', today);
  await clearInvalidations(client, await readInvalidations(client, today, 0));
  const { org } = await orgOf();
  const days = calendarOf(org.timeZone).daysByDates(FROM, TO);
  const candidates = days.map((day) => ({ orgId: 'acme', day }));
  await closeDays(
    { client, store: { refresh: stateOf }, log, now: () => NOW },
    candidates,
    (await readProgress(client)).sealed,
  );
});
afterAll(async () => {
  await Promise.all([client, ...nodes].map((each) => each.close()));
  await namespace.drop();
});

const CLOSED = () => [
  [dateAt(today - 3 * DAY_MS), 1, 6_000, '0.14', '0.14'],
  [dateAt(today - 2 * DAY_MS), 1, 8_000, '0.42', '0.42'],
  [dateAt(today - DAY_MS), 1, 400, '0', '0'],
];

describe('recompute', () => {
  it('finds no difference in unmodified data, and changes nothing', async () => {
    expect(await recomputed()).toMatchObject({ buckets: [], charges: [], openDays: [] });
    expect(await apply()).toBe(0);
    expect(await revisions()).toEqual(CLOSED());
  });

  it('compares no charge of an open day', async () => {
    await insertEvents(client, [callEvent({ org_id: 'acme', occurred_at: today + 5, credits: 9_000 })]);
    const { days, openDays, charges } = await recomputed(FROM, dateAt(today + 5 * DAY_MS));
    expect(days).toHaveLength(4);
    expect(openDays.map(({ date }) => date)).toEqual([dateAt(today)]);
    expect(charges).toEqual([]);
  });

  it.each([
    ['missing rows', 'DELETE FROM usage_15m WHERE bucket < today() - 2', ''],
    ['rows with a lower count', 'DELETE FROM usage_15m WHERE 1', damagedRow('usage_15m', 'crm', 5, 1)],
    [
      'rows with a version above every real one',
      '',
      damagedRow('usage_15m', 'crm', 99, '340282366920938463463374607431768211455'),
    ],
    ['a product without calls', '', damagedRow('usage_15m', 'ghost', 99, 7)],
    ['a user without calls, only in the breakdown', '', damagedRow('usage_15m_by', 'crm', 3, 7)],
    ['a user without calls, only in the breakdown by user', '', damagedRow('usage_15m_by_user', 'crm', 3, 7)],
    [
      'kinds of calls with a version above every real one',
      'DELETE FROM usage_15m_by_route WHERE 1',
      damagedRow('usage_15m_by_route', 'crm', 3, '340282366920938463463374607431768211455'),
    ],
  ])('finds and corrects %s', async (_, remove, insert) => {
    const [totals, byUser] = [await usage(['product']), await usage(['user'])];
    if (remove !== '') await namespace.onTables(remove);
    if (insert !== '') await client.command({ query: insert });
    const found = await recomputed();
    expect(found.buckets.length).toBeGreaterThan(0);
    expect(found.charges).toEqual([]);
    await apply();
    expect(await recomputed()).toMatchObject({ buckets: [], charges: [] });
    expect([await usage(['product']), await usage(['user'])]).toEqual([totals, byUser]);
    expect(await readInvalidations(client, today, 0)).toEqual([]);
    expect(await revisions()).toEqual(CLOSED());
  });

  it('reports a charge as recorded and as corrected, and appends the corrected one as a revision', async () => {
    // Late events whose invalidation is lost: no tick finds them.
    await insertEvents(client, [
      callEvent({ org_id: 'acme', occurred_at: today - 2 * DAY_MS + 7, credits: 1_000 }),
    ]);
    await clearInvalidations(client, await readInvalidations(client, today, 0));
    const { buckets, charges } = await recomputed();
    expect(buckets.map(({ bucket, table }) => [bucket, table])).toEqual([
      [today - 2 * DAY_MS, 'usage_15m'],
      [today - 2 * DAY_MS, 'usage_15m_by_user'],
      [today - 2 * DAY_MS, 'usage_15m_by_route'],
      [today - 2 * DAY_MS, 'usage_15m_by'],
    ]);
    expect(charges).toMatchObject([
      {
        recorded: { revision: 1, used: 8_000 },
        corrected: { revision: 2, used: 9_000, delta_amount: '0.14' },
      },
    ]);
    expect(await revisions()).toEqual(CLOSED());
    expect(await apply()).toBe(1);
    expect(await revisions()).toEqual([
      ...CLOSED().slice(0, 2),
      [dateAt(today - 2 * DAY_MS), 2, 9_000, '0.56', '0.14'],
      ...CLOSED().slice(2),
    ]);
    expect(await apply()).toBe(0);
  });

  it('bills a difference on a final statement as an adjustment in the current period', async () => {
    const later = NOW + 100 * DAY_MS;
    await insertEvents(client, [
      callEvent({ org_id: 'acme', occurred_at: today - 3 * DAY_MS + 7, credits: 1_000 }),
    ]);
    const [charge] = (await recomputed(FROM, TO, later)).charges;
    expect(charge?.corrected.day).toBe(FROM);
    expect(charge && charge.corrected.billed_from > TO).toBe(true);
    await apply(later);
    await clearInvalidations(client, await readInvalidations(client, today, 0));
  });

  it('rejects a day whose raw events may have been dropped, and names the first complete day', async () => {
    await enforceRetention(namespace.settings, 100);
    const [frozen = '', kept = '', end = ''] = [100, 99, 97].map((days) => dateAt(today - days * DAY_MS));
    await expect(recomputed(frozen, end)).rejects.toThrow(FrozenDayError);
    await expect(recomputed(frozen, end)).rejects.toThrow(`can be recomputed is ${kept}.`);
    await expect(recomputed(kept, end)).resolves.toBeDefined();
  });

  it('rejects it also after retention was raised, as that does not bring the events back', async () => {
    await enforceRetention(namespace.settings, 400);
    // By ClickHouse's clock, and midnight may have passed since the suite began.
    const raisedOn = floorTo(Date.now(), DAY_MS);
    // A day beyond the 100: it may have been dropped before the new TTL reached every part.
    const [frozen = '', kept = '', end = ''] = [99, 98, 97].map((days) => dateAt(raisedOn - days * DAY_MS));
    await expect(recomputed(frozen, end)).rejects.toThrow(FrozenDayError);
    await expect(recomputed(frozen, end)).rejects.toThrow(`can be recomputed is ${kept}.`);
    await expect(recomputed(kept, end)).resolves.toBeDefined();
  });
});

/** Inserts a row that no seal has written. */
function damagedRow(table: RollupTable, product: string, calls: number, version: number | string): string {
  return `INSERT INTO ${table} (org_id, product, bucket, calls, credits, rejected, seen)
    SELECT 'acme', '${product}', toDateTime(${(today - 2 * DAY_MS) / 1000}, 'UTC'), ${calls}, 1, 0, toUInt128('${version}')`;
}
