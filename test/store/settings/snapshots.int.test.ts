import { createSettingsStore } from '../../../store/settings/store.ts';
import { readSnapshot } from '../../../store/settings/snapshots.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { openNamespace } from '../../servers/namespace.ts';

const namespace = openNamespace('snapshots');
let client: ClickHouseClient;
const errors: unknown[] = [];
const T = Date.parse('2026-03-10T12:00:00Z');

beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'snapshots test');
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

/** Lands a change at an offset of the log. */
async function landed(
  offset: number,
  org_id: string,
  value: object,
  more: { change_id?: string; kind?: string } = {},
) {
  const { change_id = `change-${offset}`, kind = 'org' } = more;
  const at = new Date(T + offset * 1_000).toISOString();
  await client.insert({
    table: 'settings_log',
    values: [
      {
        kafka_offset: offset,
        appended_at: at,
        change_id,
        org_id,
        kind,
        product: kind === 'subscription' ? 'crm' : '',
        value: JSON.stringify(value),
        effective_at: at,
        recorded_by: 'ann',
        reason: '',
      },
    ],
    format: 'JSONEachRow',
  });
}

const created = { time_zone: 'Europe/Rome', billing_day: 1 };
const writer = (changesPerSnapshot: number) =>
  createSettingsStore(client, 'none', { changesPerSnapshot, onError: (error) => errors.push(error) });
const reader = () => createSettingsStore(client, 'none');
const daysOf = (history: { billingDay: readonly { value: number }[] } | undefined) =>
  history?.billingDay.map(({ value }) => value);

describe('a snapshot of the settings', () => {
  it('is what a start begins with; the changes after it are folded', async () => {
    await landed(0, 'one', created, { kind: 'new-org' });
    await landed(1, 'one', { billing_day: 2 });
    await landed(2, 'two', { ...created, time_zone: 'BST' }, { kind: 'new-org' });
    await landed(3, 'one', { billing_day: 99 });
    await landed(4, 'unknown', { billing_day: 9 });
    await writer(5).refresh();
    expect(errors).toEqual([]);
    await landed(5, 'one', { billing_day: 3 });

    const store = reader();
    const state = await store.refresh();
    expect(state.outcomesFrom).toBe(5);
    expect(daysOf(state.history('one'))).toEqual([1, 2, 3]);
    expect(state.history('unknown')).toBeUndefined();
    expect(state.orgIds.toSorted()).toEqual(['one', 'two']);
  });

  it('does not hide the outcomes of the changes before it, and of two changes with one id the first counts', async () => {
    await landed(6, 'two', { billing_day: 8 }, { change_id: 'change-1' });
    const store = reader();
    const state = await store.refresh();
    const outcomes = await store.outcomesOf(state, 'one');
    expect(outcomes.map(({ change, rejection }) => [change.offset, rejection?.code])).toEqual([
      [0, undefined],
      [1, undefined],
      [3, 'shape'],
      [5, undefined],
    ]);
    expect((await store.outcome(state, 'change-1'))?.change).toMatchObject({ org_id: 'one', offset: 1 });
    expect((await store.outcome(state, 'change-4'))?.rejection?.code).toBe('unknown-org');
    expect(await store.outcome(state, 'change-7')).toBeUndefined();
    expect(daysOf(state.history('two'))).toEqual([1]);
    expect((await store.outcomesOf(state, 'two')).map(({ change }) => change.offset)).toEqual([2]);
  });

  it('equals the fold of the whole log', async () => {
    const [snapshot, whole] = [await reader().refresh(), await wholeLog()];
    for (const org of ['one', 'two']) expect(snapshot.history(org)).toEqual(whole.history(org));
    expect(snapshot.nextOffset).toBe(whole.nextOffset);
  });

  it('is replaced by a later one, by whichever process comes first', async () => {
    await Promise.all([writer(1).refresh(), writer(1).refresh()]);
    expect((await readSnapshot(client, 'none'))?.nextOffset).toBe(7);
    expect(daysOf((await reader().refresh()).history('one'))).toEqual([1, 2, 3]);
    expect(errors).toEqual([]);
  });

  it('is of one code, one set of rules and one rule for unknown organisations', async () => {
    expect(await readSnapshot(client, 'local')).toBeUndefined();
  });

  it('is not used where a record below it has landed since: no record is hidden', async () => {
    await landed(9, 'one', { billing_day: 5 });
    await writer(1).refresh();
    expect((await readSnapshot(client, 'none'))?.nextOffset).toBe(10);
    await landed(8, 'one', { billing_day: 4 });
    expect(await readSnapshot(client, 'none')).toBeUndefined();
    expect(daysOf((await reader().refresh()).history('one'))).toEqual([1, 2, 3, 4, 5]);
  });

  it('is not written by a process that has missed such a record', async () => {
    const late = writer(1_000);
    await landed(12, 'one', { billing_day: 7 });
    await late.refresh();
    await landed(11, 'one', { billing_day: 6 });
    await landed(13, 'one', { billing_day: 8 });
    const missed = writer(1);
    await namespace.onTables('DELETE FROM settings_log WHERE kafka_offset = 11');
    await missed.refresh();
    await landed(11, 'one', { billing_day: 6 });
    await landed(14, 'one', { billing_day: 9 });
    await missed.refresh();
    expect(await readSnapshot(client, 'none')).toBeUndefined();
    expect(daysOf((await reader().refresh()).history('one'))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is not used where it is not complete', async () => {
    await writer(1).refresh();
    expect(await readSnapshot(client, 'none')).toBeDefined();
    await namespace.onTables(`DELETE FROM settings_snapshot_orgs WHERE org_id = 'two'`);
    expect(await readSnapshot(client, 'none')).toBeUndefined();
    expect((await reader().refresh()).history('two')).toBeDefined();
  });
});

async function wholeLog() {
  await namespace.onTables('RENAME TABLE settings_snapshots TO snapshots_away');
  await namespace.onTables('CREATE TABLE settings_snapshots AS snapshots_away');
  const state = await reader().refresh();
  await namespace.onTables('EXCHANGE TABLES settings_snapshots AND snapshots_away');
  await namespace.onTables('DROP TABLE snapshots_away');
  expect(state.outcomesFrom).toBe(0);
  return state;
}
