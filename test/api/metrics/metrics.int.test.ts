import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { listenWithoutServers } from '../api-without-servers.ts';
import { callEvent, insertEvents, insertLanded } from '../tables.ts';

const NOW = Date.parse('2026-11-22T10:00:30Z');
const HOUR_MS = 3_600_000;

/** The samples of a Prometheus text, by name and labels. */
function samplesOf(text: unknown): Map<string, number> {
  const lines = String(text)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.replace(/ [^ ]+$/, ''), Number(line.split(' ').at(-1))]));
}

describe('GET /metrics', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await openApi('metrics', NOW);
    await insertLanded(api.clickhouse, 'api-calls', {
      until: NOW - 5_000,
      observedAt: NOW,
      isCaughtUp: false,
    });
    await insertLanded(api.clickhouse, 'settings', { until: NOW, observedAt: NOW, isCaughtUp: true });
    await insertEvents(api.clickhouse, [callEvent({ org_id: 'one', occurred_at: NOW - 3 * HOUR_MS })]);
    await api.clickhouse.insert({
      table: 'landed_ranges',
      values: [
        { topic: 'api-calls', partition: 0, first_offset: 0, last_offset: 9, rows: 8, quarantined: 2 },
        { topic: 'settings', partition: 0, first_offset: 0, last_offset: 5, rows: 6, quarantined: 0 },
      ],
      format: 'JSONEachRow',
    });
    const deadLetter = {
      topic: 'api-calls',
      partition: 0,
      detail: '',
      org_id: '',
      size_bytes: 1,
      appended_at: 0,
    };
    await api.clickhouse.insert({
      table: 'quarantined',
      values: [
        { ...deadLetter, offset: 3, reason: 'too-late' },
        { ...deadLetter, offset: 3, reason: 'too-late' },
        { ...deadLetter, offset: 4, reason: 'not-an-event' },
      ],
      format: 'JSONEachRow',
    });
    // The second one was replayed twice and counts now; offset 7 is not a dead letter.
    const replay = {
      of_topic: 'api-calls',
      of_partition: 0,
      topic: 'api-calls',
      partition: 0,
      appended_at: 0,
    };
    await api.clickhouse.insert({
      table: 'dead_letter_replays',
      values: [
        { ...replay, of_offset: 4, offset: 5, reason: 'not-an-event' },
        { ...replay, of_offset: 4, offset: 6, reason: '' },
        { ...replay, of_offset: 7, offset: 8, reason: '' },
      ],
      format: 'JSONEachRow',
    });
  });
  afterAll(() => api.close());

  const scrape = async () => samplesOf((await api.get('/metrics')).body);

  it('reports the progress of landing, sealing and closing, and events by outcome', async () => {
    const samples = await scrape();
    expect(Object.fromEntries(samples)).toMatchObject({
      api_credits_clickhouse_up: 1,
      api_credits_landing_lag_seconds: 5,
      api_credits_hours_to_seal: 1,
      api_credits_marks_to_reseal: 0,
      'api_credits_events_total{outcome="landed",reason=""}': 8,
      'api_credits_events_total{outcome="quarantined",reason="too-late"}': 1,
      'api_credits_events_total{outcome="quarantined",reason="not-an-event"}': 1,
      'api_credits_dead_letters{state="open"}': 1,
      'api_credits_dead_letters{state="counted"}': 1,
      'api_credits_dead_letters{state="quarantined-again"}': 0,
    });
    expect(samples.get('api_credits_closing_behind_seconds')).toBeGreaterThan(0);
  });

  it('counts requests by route and status, not by URL', async () => {
    await api.get('/v1/orgs/one/credits');
    await api.get('/v1/orgs/two/credits');
    await api.get('/no/such/address');
    const samples = await scrape();
    const count = (method: string, route: string, status: number) =>
      samples.get(
        `api_credits_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`,
      );
    expect(count('GET', '/v1/orgs/:org/credits', 401)).toBe(2);
    expect(count('GET', 'none', 404)).toBe(1);
    expect(JSON.stringify([...samples.keys()])).not.toContain('/v1/orgs/one');
  });

  it('queries ClickHouse once for all scrapes of some seconds', async () => {
    await scrape();
    await insertLanded(api.clickhouse, 'api-calls', { until: NOW, observedAt: NOW + 1, isCaughtUp: true });
    const scrapes = await Promise.all([scrape(), scrape(), scrape()]);
    expect(scrapes.map((samples) => samples.get('api_credits_landing_lag_seconds'))).toEqual([5, 5, 5]);
    api.clock.now += 5_000;
    const later = await Promise.all([scrape(), scrape(), scrape()]);
    expect(later.map((samples) => samples.get('api_credits_landing_lag_seconds'))).toEqual([0, 0, 0]);
    const landed = later.map((samples) =>
      samples.get('api_credits_events_total{outcome="landed",reason=""}'),
    );
    expect(landed).toEqual([8, 8, 8]);
  });
});

describe('without ClickHouse', () => {
  it('a scrape succeeds, reports it, and omits the unknown metrics', async () => {
    const api = await listenWithoutServers();
    const { status, text } = await api.send('/metrics');
    expect(status).toBe(200);
    expect(samplesOf(text).get('api_credits_clickhouse_up')).toBe(0);
    expect(text).not.toMatch(/^api_credits_(landing|hours|events_total\{)/m);
    await api.close();
  });
});
