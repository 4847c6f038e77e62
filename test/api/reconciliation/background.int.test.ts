import { ReconciliationAnswer } from '../../../api/reconciliation/answer.ts';
import { difference } from '../../../store/reconciliation/difference.ts';
import { readOpenDifferences, recordFound } from '../../../store/reconciliation/found.ts';
import { writeRoundProgress } from '../../../store/reconciliation/round-progress.ts';
import { until } from '../../until.ts';
import { openApi, type ApiUnderTest } from '../api-under-test.ts';

const NOW = Date.parse('2026-11-22T05:20:00Z');

let api: ApiUnderTest;
beforeAll(async () => {
  api = await openApi('background', NOW);
});
afterAll(() => api.close());

const reconcile = () =>
  api.read(ReconciliationAnswer, '/v1/reconciliation', { role: 'billing', sub: 'bill' });

it('shows what the aggregator has found, its place, and how far it is; /metrics counts it', async () => {
  expect((await reconcile()).background).toMatchObject({
    completed_at: null,
    stage: 'done',
    differences: [],
  });
  const place = { org_id: 'one', product: 'crm', from: NOW - 3_600_000, to: NOW };
  const found = difference('rollup-differs', 'one crm, hour 4', '2 calls', '1 calls', place);
  await recordFound(api.clickhouse, new Map([['hour/4', [found]]]), [], NOW);
  await writeRoundProgress(api.clickhouse, {
    started: NOW - 2_000,
    stage: 'charges',
    position: 'one',
    done: 1,
    total: 2,
    completed: NOW - 1_000,
    logsChecked: NOW,
    sealedChecked: NOW,
    resealedChecked: NOW,
  });
  const { background, differences } = await reconcile();
  expect(differences).toEqual([]);
  expect(background).toMatchObject({
    completed_at: new Date(NOW - 1_000).toISOString(),
    stage: 'charges',
    done: 1,
    total: 2,
    differences: [
      { name: 'rollup-differs', org_id: 'one', since: new Date(NOW).toISOString(), expected: '2 calls' },
    ],
  });
  let metrics = '';
  // A scrape gives up after two seconds, which a busy machine may need.
  await until('/metrics reads ClickHouse', async () => {
    api.clock.now += 10_000;
    metrics = String((await api.get('/metrics')).body);
    return metrics.includes('api_credits_clickhouse_up 1');
  });
  expect(metrics).toContain('api_credits_reconciliation_differences{name="rollup-differs"} 1');
  expect(metrics).toContain('api_credits_reconciliation_differences{name="feed-differs"} 0');
  expect(metrics).toContain(
    `api_credits_reconciliation_last_round_timestamp_seconds ${(NOW - 1_000) / 1000}`,
  );

  const [open] = await readOpenDifferences(api.clickhouse);
  expect(open).toMatchObject({ unit: 'hour/4', place });
  await recordFound(api.clickhouse, new Map([['hour/4', []]]), open ? [open] : [], NOW);
  expect((await reconcile()).background.differences).toEqual([]);
});
