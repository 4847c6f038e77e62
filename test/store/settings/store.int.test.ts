import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { createSettingsStore } from '../../../store/settings/store.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { insertSettings } from '../../api/tables.ts';
import { openNamespace } from '../../servers/namespace.ts';

const namespace = openNamespace('store');
let client: ClickHouseClient;
/** What happens just before a query is sent, if anything. */
let before: () => Promise<void> | void;
let queries: number;

beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'store test');
  const query = client.query.bind(client);
  client.query = async (params) => {
    queries += 1;
    await before();
    return query(params);
  };
});
beforeEach(() => {
  before = () => undefined;
  queries = 0;
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

const created = (org: string) =>
  insertSettings(client, [{ org, value: { time_zone: 'UTC', billing_day: 1 } }]);

describe('the settings store', () => {
  it('shows all changes that landed before a refresh, also where an earlier read is in progress', async () => {
    const store = createSettingsStore(client, 'none');
    await created('one');
    const first = store.refresh();
    await created('two');
    const second = store.refresh();
    expect((await first).history('one')).toBeDefined();
    expect((await second).history('two')).toBeDefined();
  });

  it('reads once for all callers during a read', async () => {
    const store = createSettingsStore(client, 'none');
    // The first read also looks for a snapshot.
    await store.refresh();
    queries = 0;
    // The first read goes on only when all callers are there.
    const { promise: allCalled, resolve: goOn } = Promise.withResolvers<void>();
    before = () => allCalled;
    const first = store.refresh();
    await nextTurn();
    expect(queries).toBe(1);
    const others = Array.from({ length: 49 }, () => store.refresh());
    goOn();
    const states = await Promise.all([first, ...others]);
    expect(queries).toBe(2);
    expect(new Set(states.slice(1)).size).toBe(1);
    await store.refresh();
    expect(queries).toBe(3);
  });

  it('reads again after a failed read', async () => {
    const store = createSettingsStore(client, 'none');
    before = async () => {
      if (queries > 1) return;
      // Fails only after the second refresh was called.
      await sleep(50);
      throw new Error('unavailable');
    };
    const failing = Promise.allSettled([store.refresh()]);
    await nextTurn();
    const [second] = await Promise.allSettled([store.refresh()]);
    const [first] = await failing;
    expect(first).toMatchObject({ status: 'rejected' });
    expect(second).toMatchObject({ status: 'fulfilled' });
    expect((await store.refresh()).history('one')).toBeDefined();
  });

  it('does not change the states that it returned before', async () => {
    const store = createSettingsStore(client, 'none');
    const earlier = await store.refresh();
    await created('three');
    expect((await store.refresh()).history('three')).toBeDefined();
    expect(earlier.history('three')).toBeUndefined();
  });
});
