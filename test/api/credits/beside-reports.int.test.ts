import { Type } from 'typebox';
import { QUERIES } from '../../../api/clickhouse.ts';
import { CreditsAnswer } from '../../../api/credits/route.ts';
import { select } from '../../../platform/clickhouse/connect.ts';
import { until } from '../../until.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';
import { callEvent, insertEvents, insertSettings } from '../tables.ts';

const NOW = Date.parse('2026-11-22T10:20:30.400Z');
const CLAIMS = { role: 'admin', sub: 'ann', org: 'one' } as const;
const PATH = '/v1/orgs/one/credits?product=crm';
/** As many as run at once. */
const REPORTS = QUERIES;
/** Sleeps for a quarter of an hour, row by row: one that computes would delay what must end before it. */
const ENDLESS = 'SELECT sum(sleepEachRow(0.1)) AS running_report FROM numbers(9000)';
const WITHOUT_LIMIT = {
  max_execution_time: 0,
  max_threads: 1,
  max_block_size: '1',
  // The client ends a query whose connection is silent for 22 s.
  send_progress_in_http_headers: 1,
  http_headers_progress_interval_ms: '5000',
} as const;
const Running = Type.Object({ reports: Type.Integer() });

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('besidereports', NOW);
  await insertSettings(api.clickhouse, [
    { org: 'one', value: { time_zone: 'UTC', billing_day: 1 } },
    { org: 'one', product: 'crm', value: { edition: 'free', users: 1, additional_limit: 0 } },
  ]);
});
afterAll(() => api.close());

async function running(): Promise<number> {
  const [row] = await select(
    api.clickhouse,
    Running,
    `SELECT count() AS reports FROM system.processes WHERE query LIKE 'SELECT sum(%) AS running_report %'`,
  );
  return row?.reports ?? 0;
}

describe('current usage beside reports that take every connection', () => {
  it('is answered with what has landed and been recorded meanwhile', async () => {
    const ended = new AbortController();
    const report = { query: ENDLESS, clickhouse_settings: WITHOUT_LIMIT, abort_signal: ended.signal };
    const reports = Array.from({ length: REPORTS }, () => api.reading.query(report).catch(() => undefined));
    try {
      await until('all reports run', async () => (await running()) === REPORTS);
      await insertEvents(api.clickhouse, [callEvent({ org_id: 'one', occurred_at: NOW - 1, credits: 7 })]);
      const { used, total } = await api.read(CreditsAnswer, PATH, CLAIMS);
      expect(used).toBe(7);

      await insertSettings(api.clickhouse, [
        { org: 'one', product: 'crm', value: { additional_limit: 500 }, from: NOW - 1 },
      ]);
      expect(await api.read(CreditsAnswer, PATH, CLAIMS)).toMatchObject({ used: 7, total: total + 500 });
      // No answer has waited for the end of one.
      expect(await running()).toBe(REPORTS);
    } finally {
      ended.abort();
      await Promise.all(reports);
    }
  });
});
