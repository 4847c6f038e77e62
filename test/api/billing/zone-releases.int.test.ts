import { ResealPace } from '../../../aggregator/sealing/reseal-pace.ts';
import { tick } from '../../../aggregator/tick.ts';
import { recompute } from '../../../aggregator/recompute/recompute.ts';
import { zoneCalendar } from '../../../domain/calendar/calendar.ts';
import { useReleases } from '../../../domain/calendar/zone-releases.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import { adoptBundledRelease, followReleases, readReleases } from '../../../store/zone-releases.ts';
import { decodeDailyCharge } from '../../../schemas/daily-charge.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { utc } from '../../domain/calendar/histories.ts';
import { OLD_DATABASE } from '../../domain/calendar/two-releases.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertCharges, insertEvents, insertLanded, insertSettings } from '../tables.ts';

/**
 * An organisation in Vancouver while new time zone rules are adopted. By the old ones its day 2026-11-04 ends at
 * 08:00Z, by the new ones an hour earlier: a call between the two would change the day.
 */
const NOW = Date.parse('2026-11-07T12:00:00Z');
const topics = topicNames();
const ADMIN = { role: 'admin', sub: 'ann', org: 'van' } as const;
const DAYS = '/v1/orgs/van/billing/days?from=2026-11-03&to=2026-11-07';
const ANSWERS = [
  DAYS,
  '/v1/orgs/van/usage?from=2026-11-03T08:00:00Z&to=2026-11-06T08:00:00Z&group_by=day',
  '/v1/orgs/van/usage?from=2026-11-03T08:00:00Z&to=2026-11-06T08:00:00Z&group_by=day&time_zone=America/Vancouver',
  '/v1/orgs/van/billing/days/2026-11-04/explanation',
];

/** When the day 2026-11-05 of Vancouver begins. */
const startOf = () => utc(zoneCalendar('America/Vancouver').dayFrom('2026-11-05').from);

describe('days that are closed when new time zone rules are adopted', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await openApi('zone_releases', NOW);
    await api.clickhouse.insert({
      table: 'zone_releases',
      values: [
        {
          sha256: '0'.repeat(64),
          version: OLD_DATABASE.version,
          effective_at: '1970-01-01 00:00:00.000',
          database: JSON.stringify(OLD_DATABASE),
        },
      ],
      format: 'JSONEachRow',
    });
    await insertSettings(api.clickhouse, [
      { org: 'van', value: { time_zone: 'America/Vancouver', billing_day: 1 } },
      { org: 'van', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 10_000 } },
    ]);
    await use('2026-11-05T07:30:00Z', 6_000);
    await use('2026-11-05T12:00:00Z', 7_000);
    for (const topic of [topics.calls, topics.settings, topics.dailyCharges]) {
      await insertLanded(api.clickhouse, topic, { until: NOW, observedAt: NOW, isCaughtUp: true });
    }
    await tickOnce();
  });
  afterAll(async () => {
    useReleases([]);
    await api.close();
  });

  const use = (at: string, credits: number) =>
    insertEvents(api.clickhouse, [callEvent({ org_id: 'van', occurred_at: Date.parse(at), credits })]);

  /** As the aggregator's process does: its charges land at once. */
  const tickOnce = () =>
    tick({
      client: api.clickhouse,
      store: createSettingsStore(api.clickhouse, 'none'),
      log: {
        append: (records) =>
          insertCharges(
            api.clickhouse,
            records.map(({ value }) => decodeDailyCharge(value)),
          ),
        close: () => Promise.resolve(),
      },
      now: () => NOW,
      startedAt: 0,
      topics,
      timing: { sealDelayMs: MINUTE_MS, graceMs: 15 * MINUTE_MS, gatherMs: 0 },
      resealPace: new ResealPace(() => 0),
    });

  const answers = () =>
    Promise.all(
      ANSWERS.map(async (path) => {
        const { status, body } = await api.get(path, ADMIN);
        return [path, status, body];
      }),
    );

  async function recomputed() {
    const settings = await createSettingsStore(api.clickhouse, 'none').refresh();
    const org = settings.history('van');
    if (org === undefined) throw new Error('van is not known');
    const range = { product: 'crm', from: '2026-11-03', to: '2026-11-07', now: NOW };
    const kept = { retentionMs: Infinity, droppedBeforeMs: -Infinity };
    return recompute({ client: api.clickhouse, settings, org, kept, ...range });
  }

  it('keep their bounds and figures in every answer, and recompute to the same', async () => {
    const before = await answers();
    expect(before.map(([, status]) => status)).toEqual([200, 200, 200, 200]);
    expect(before[0]?.[2]).toMatchObject({
      days: [
        { day: '2026-11-03', status: 'closed', used: 0 },
        {
          day: '2026-11-04',
          status: 'closed',
          used: 6_000,
          from: '2026-11-04T08:00:00.000Z',
          to: '2026-11-05T08:00:00.000Z',
        },
        { day: '2026-11-05', status: 'closed', used: 7_000, to: '2026-11-06T08:00:00.000Z' },
        { day: '2026-11-06' },
      ],
    });

    expect(await adoptBundledRelease(api.clickhouse, NOW)).toBe(NOW + HOUR_MS);
    useReleases(await readReleases(api.clickhouse));
    expect(await answers()).toEqual(before);
    expect(await recomputed()).toMatchObject({ buckets: [], charges: [] });
  });

  it('close again with their bounds when a late call arrives', async () => {
    await use('2026-11-05T07:45:00Z', 500);
    await tickOnce();
    const { body } = await api.get(DAYS, ADMIN);
    expect(body).toMatchObject({
      days: [
        {},
        { day: '2026-11-04', revision: 2, used: 6_500, from: '2026-11-04T08:00:00.000Z' },
        { day: '2026-11-05', revision: 1, used: 7_000, from: '2026-11-05T08:00:00.000Z' },
        {},
      ],
    });
    expect(await recomputed()).toMatchObject({ buckets: [], charges: [] });
  });

  it('are followed by days of the new rules', async () => {
    const { body } = await api.get('/v1/orgs/van/billing/days?from=2026-11-07&to=2026-11-10', ADMIN);
    expect(body).toMatchObject({
      days: [
        { day: '2026-11-07', from: '2026-11-07T08:00:00.000Z', to: '2026-11-08T08:00:00.000Z' },
        { day: '2026-11-08', from: '2026-11-08T08:00:00.000Z', to: '2026-11-09T07:00:00.000Z' },
        { day: '2026-11-09', from: '2026-11-09T07:00:00.000Z', to: '2026-11-10T07:00:00.000Z' },
      ],
    });
  });

  it('a release is adopted once, also by two aggregators and after a return to the one before', async () => {
    expect(await adoptBundledRelease(api.clickhouse, NOW + HOUR_MS)).toBeUndefined();
    const versions = (await readReleases(api.clickhouse)).map(({ version }) => version);
    expect(versions).toEqual([OLD_DATABASE.version, expect.any(String)]);
  });

  it('are the same for a process that starts with the new rules, and reads the record every minute', async () => {
    useReleases([]);
    expect(startOf()).toBe('2026-11-05T07:00Z');
    let uptime = 0;
    const follow = followReleases(api.clickhouse, () => uptime);
    await follow();
    expect(startOf()).toBe('2026-11-05T08:00Z');
    useReleases([]);
    uptime = 59_999;
    await follow();
    expect(startOf()).toBe('2026-11-05T07:00Z');
    uptime = 60_000;
    await follow();
    expect(startOf()).toBe('2026-11-05T08:00Z');
  });
});
