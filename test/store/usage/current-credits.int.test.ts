import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { SharedBasis } from '../../../store/usage/shared-basis.ts';
import { CurrentCredits } from '../../../store/usage/current-credits.ts';
import { sealAll } from '../../api/sealing.ts';
import { callEvent, insertEvents, insertLanded } from '../../api/tables.ts';
import { openNamespace } from '../../servers/namespace.ts';

/** Ahead, so that no event of the hours that are not sealed counts as late. */
const NOW = Date.now() + 2 * HOUR_MS;
const namespace = openNamespace('current_credits');
let client: ClickHouseClient;
/** The statements that were sent. */
let sent: string[] = [];
let isUnavailable = false;
let uptime = 0;
let bases: SharedBasis;
let current: CurrentCredits;
let orgs = 0;
let orgId: string;

beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'current credits test');
  bases = new SharedBasis(client, 'calls');
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
const basisNow = () => bases.read({ orgId, settingsFrom: 0, now: NOW });

const creditsOf = async (reading: ReturnType<CurrentCredits['read']>) => (await reading).credits;

/** As the API answers a request. */
async function answer(): Promise<{ credits: number | undefined; hasReadRollup: boolean }> {
  sent = [];
  const begun = current.begin(request());
  const [credits] = await creditsOf(current.read(request(), await basisNow(), begun));
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
    expect(await creditsOf(current.read(request(), await basisNow(), begun))).toEqual([110]);
    expect((await answer()).credits).toBe(110);
  });

  it('read again where the settings select other intervals than those that have begun', async () => {
    await answer();
    const begun = current.begin(request());
    const intervals = [{ from: NOW - HOUR_MS, to: NOW }];
    expect(await creditsOf(current.read({ ...request(), intervals }, await basisNow(), begun))).toEqual([1]);
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
    expect(await creditsOf(failing.read(request(), { ...basis, stamp: 'other' }, begun))).toEqual([101]);
  });
});

describe('the watermark of current credits', () => {
  let observed = 0;
  let offset = 100;
  /** The one partition: all that was appended so long ago has landed, up to this offset. */
  const report = (agoMs: number, nextOffset: number, isCaughtUp = false) =>
    insertLanded(client, 'calls', {
      until: NOW - agoMs,
      // Of two reports the later one counts.
      observedAt: NOW - 1_000 + (observed += 1),
      isCaughtUp,
      nextOffset,
    });
  beforeEach(async () => {
    await report(9_000, (offset += 10));
    await answer();
  });

  const orders = [
    ['read', 'land', 'report', 'basis'],
    ['land', 'read', 'report', 'basis'],
    ['land', 'report', 'read', 'basis'],
    ['read', 'land', 'basis', 'report'],
    ['land', 'read', 'basis', 'report'],
    ['read', 'basis', 'land', 'report'],
  ];
  const reportsAfterwards = [
    { agoMs: 8_000, isCaughtUp: false },
    { agoMs: 1_000, isCaughtUp: true },
  ];
  describe.each(reportsAfterwards)(
    'where the next report is $agoMs ms old ($isCaughtUp)',
    ({ agoMs, isCaughtUp }) => {
      it.each(orders)('claims no call that they lack: %s, %s, %s, %s', async (...order) => {
        const begun: { reading?: ReturnType<CurrentCredits['begin']> } = {};
        let answered: Awaited<ReturnType<CurrentCredits['read']>> | undefined;
        // Appended before the next report's watermark, and after the earlier one's.
        const appendedAt = NOW - 8_500;
        for (const step of order) {
          if (step === 'read') {
            begun.reading = current.begin(request());
            await begun.reading?.credits;
          }
          if (step === 'land') await land(0, 1_000);
          if (step === 'report') await report(agoMs, offset + 1, isCaughtUp);
          if (step === 'basis') answered = await current.read(request(), await basisNow(), begun.reading);
        }
        const { credits: [credits = 0] = [], watermark = Infinity } = answered ?? {};
        expect(begun.reading).toBeDefined();
        expect(credits === 1_101 || watermark <= appendedAt).toBe(true);
      });
    },
  );

  it('is the earlier one where only so little is added to the lag, and nothing is read again', async () => {
    const begun = current.begin(request());
    await begun?.credits;
    await land(0, 1_000);
    await report(8_000, offset + 1);
    const basis = await basisNow();
    expect(basis.watermark).toBe(NOW - 8_000);
    expect(await current.read(request(), basis, begun)).toEqual({ credits: [101], watermark: NOW - 9_000 });
  });

  it('is the newest one where all is read again, for the earlier one is much lower', async () => {
    const begun = current.begin(request());
    await begun?.credits;
    await land(0, 1_000);
    await report(1_000, offset + 1, true);
    expect(await current.read(request(), await basisNow(), begun)).toEqual({
      credits: [1_101],
      watermark: NOW,
    });
  });

  it('would be much lower by a reading that begins long after a basis while calls land: none does', async () => {
    await report(8_000, (offset += 1));
    const basis = await basisNow();
    await current.read(request(), basis);
    // Another request of the same moment.
    await current.read(request(), basis);
    expect(current.begin(request())).toBeDefined();
    uptime += 2_001;
    expect(current.begin(request())).toBeUndefined();
    // Nothing has landed any more.
    await answer();
    uptime += 2_001;
    expect(current.begin(request())).toBeDefined();
  });

  it('is not lower where all had landed by the earlier report: what lands meanwhile is no lag yet', async () => {
    await report(8_000, (offset += 1), true);
    await answer();
    uptime += 5_000;
    expect(current.begin(request())).toBeDefined();
    uptime += 6_000;
    expect(current.begin(request())).toBeUndefined();
  });

  it('is the newest one where nothing has landed since the earlier report', async () => {
    const begun = current.begin(request());
    await report(0, offset, true);
    expect(await current.read(request(), await basisNow(), begun)).toEqual({
      credits: [101],
      watermark: NOW,
    });
  });
});
