import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { readBasis } from '../../../store/usage/basis.ts';
import { CurrentCredits } from '../../../store/usage/current-credits.ts';
import { sealAll } from '../../api/sealing.ts';
import { callEvent, insertEvents } from '../../api/tables.ts';
import { openNamespace } from '../../servers/namespace.ts';

/** Ahead, so that no event of the hours that are not sealed counts as late. */
const NOW = Date.now() + 2 * HOUR_MS;
const namespace = openNamespace('current_credits');
let client: ClickHouseClient;
/** The statements that were sent. */
let sent: string[] = [];
let isUnavailable = false;
let uptime = 0;
let current: CurrentCredits;
let orgs = 0;
let orgId: string;

beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'current credits test');
  const query = client.query.bind(client);
  client.query = (params) => {
    sent.push(params.query);
    if (isUnavailable) return Promise.reject(new Error('unavailable'));
    return query(params);
  };
});
beforeEach(async () => {
  orgId = `org-${(orgs += 1)}`;
  current = new CurrentCredits(client, () => uptime);
  await land(5, 100);
  await land(0, 1);
  await sealAll(client, NOW - HOUR_MS);
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

const land = (hoursAgo: number, credits: number) =>
  insertEvents(client, [callEvent({ org_id: orgId, occurred_at: NOW - hoursAgo * HOUR_MS - 1, credits })]);
const request = () => ({ orgId, product: 'crm', intervals: [{ from: NOW - DAY_MS, to: NOW }] });
const basisNow = () => readBasis(client, { orgId, topic: 'calls', settingsFrom: 0, now: NOW });

/** As the API answers a request. */
async function answer(): Promise<{ credits: number | undefined; hasReadRollup: boolean }> {
  sent = [];
  const begun = current.begin(request());
  const [credits] = await current.read(request(), await basisNow(), begun);
  return { credits, hasReadRollup: sent.some((query) => query.includes('usage_15m')) };
}

describe('current credits', () => {
  it('read the rollup once while nothing of it changes, and the raw events every time', async () => {
    expect(await answer()).toEqual({ credits: 101, hasReadRollup: true });
    await land(0, 20);
    expect(await answer()).toEqual({ credits: 121, hasReadRollup: false });
    uptime += HOUR_MS;
    expect(await answer()).toEqual({ credits: 121, hasReadRollup: true });
  });

  it('count a late event that is in an invalidated hour, and after that is sealed again', async () => {
    await answer();
    await land(5, 3);
    expect((await answer()).credits).toBe(104);
    await sealAll(client, NOW - HOUR_MS);
    expect((await answer()).credits).toBe(104);
    expect((await answer()).credits).toBe(104);
  });

  it('count a late event whose hour was invalidated and sealed again since the last answer', async () => {
    for (const credits of [5, 7]) {
      const before = (await answer()).credits ?? 0;
      await land(5, credits);
      await sealAll(client, NOW - HOUR_MS);
      expect((await answer()).credits).toBe(before + credits);
    }
  });

  it('count what another answer with a later basis has in the rollup', async () => {
    await answer();
    const begun = current.begin(request());
    await begun?.credits;
    await land(5, 9);
    await sealAll(client, NOW - HOUR_MS);
    expect((await answer()).credits).toBe(110);
    expect(await current.read(request(), await basisNow(), begun)).toEqual([110]);
    expect((await answer()).credits).toBe(110);
  });

  it('read again where the settings select other intervals than those that have begun', async () => {
    await answer();
    const begun = current.begin(request());
    const intervals = [{ from: NOW - HOUR_MS, to: NOW }];
    expect(await current.read({ ...request(), intervals }, await basisNow(), begun)).toEqual([1]);
  });

  it('report the error of a reading that has begun, unless another one is needed', async () => {
    await answer();
    const failing = new CurrentCredits(client, () => uptime);
    const basis = await basisNow();
    await failing.read(request(), basis);
    isUnavailable = true;
    const begun = failing.begin(request());
    isUnavailable = false;
    await expect(failing.read(request(), basis, begun)).rejects.toThrow('unavailable');
    expect(await failing.read(request(), { ...basis, stamp: 'other' }, begun)).toEqual([101]);
  });
});
