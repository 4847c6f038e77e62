import { until } from '../../until.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { listenWithoutServers } from '../api-without-servers.ts';
import { callEvent, insertEvents, insertLanded } from '../tables.ts';
import { scrapeUntil } from './scrape.ts';

const NOW = Date.parse('2026-11-22T10:00:30Z');
const HOUR_MS = 3_600_000;

/** The samples of a Prometheus text, by name and labels. */
function samplesOf(text: unknown): Map<string, number> {
  const lines = String(text)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.replace(/ [^ ]+$/, ''), Number(line.split(' ').at(-1))]));
}

/** Whether a scrape has what both readings of ClickHouse found: the pipeline's progress and the totals. */
const isComplete = (metrics: string): boolean =>
  metrics.includes('api_credits_clickhouse_up 1') && metrics.includes('api_credits_dead_letters{');

const sampleOf = (scrapes: readonly string[], name: string) =>
  scrapes.map((metrics) => samplesOf(metrics).get(name));

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

  const scrape = async () => String((await api.get('/metrics')).body);
  const threeScrapes = () => Promise.all([scrape(), scrape(), scrape()]);
  const scrapeComplete = () => scrapeUntil(api, 'a scrape reads ClickHouse', isComplete);
  /** Of calls that have landed up to 5 s before the suite’s beginning, and no further. */
  const lagNow = () => 5 + (api.clock.now - NOW) / 1000;

  it('reports the progress of landing, sealing and closing, and events by outcome', async () => {
    const samples = samplesOf(await scrapeComplete());
    expect(Object.fromEntries(samples)).toMatchObject({
      api_credits_clickhouse_up: 1,
      api_credits_landing_lag_seconds: lagNow(),
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
    const samples = samplesOf(await scrape());
    const count = (method: string, route: string, status: number) =>
      samples.get(
        `api_credits_request_duration_seconds_count{method="${method}",route="${route}",status="${status}"}`,
      );
    expect(count('GET', '/v1/orgs/:org/credits', 401)).toBe(2);
    expect(count('GET', 'none', 404)).toBe(1);
    expect(JSON.stringify([...samples.keys()])).not.toContain('/v1/orgs/one');
  });

  it('queries ClickHouse once for all scrapes of some seconds', async () => {
    await scrapeComplete();
    const lag = lagNow();
    // A report that is recent however often the clock moves on.
    const observedAt = NOW + HOUR_MS;
    await insertLanded(api.clickhouse, 'api-calls', { until: NOW, observedAt, isCaughtUp: true });
    expect(sampleOf(await threeScrapes(), 'api_credits_landing_lag_seconds')).toEqual([lag, lag, lag]);
    let later: readonly string[] = [];
    await until('scrapes read ClickHouse again', async () => {
      api.clock.now += 5_000;
      later = await threeScrapes();
      return later.every(isComplete);
    });
    expect(sampleOf(later, 'api_credits_landing_lag_seconds')).toEqual([0, 0, 0]);
    expect(sampleOf(later, 'api_credits_events_total{outcome="landed",reason=""}')).toEqual([8, 8, 8]);
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
