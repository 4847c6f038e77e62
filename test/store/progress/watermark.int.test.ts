import { readWatermark } from '../../../store/progress/watermark.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { insertLanded } from '../../api/tables.ts';
import { openNamespace } from '../../servers/namespace.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const namespace = openNamespace('watermark');

let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'watermark test');
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

describe('the watermark', () => {
  it('is 0 until a consumer reports progress', async () => {
    expect(await readWatermark(client, 'unreported', NOW)).toEqual({ displayed: 0, confirmed: 0 });
  });

  it('is displayed as now where consumers are caught up, and confirmed as of their last report', async () => {
    const reported = NOW - 10_000;
    await insertLanded(client, 'caught-up', { until: reported, observedAt: reported, isCaughtUp: true });
    expect(await readWatermark(client, 'caught-up', NOW)).toEqual({ displayed: NOW, confirmed: reported });
  });

  it('is displayed as of the last report where that is more than 10 s old', async () => {
    const reported = NOW - 10_001;
    await insertLanded(client, 'stale', { until: reported, observedAt: reported, isCaughtUp: true });
    expect(await readWatermark(client, 'stale', NOW)).toEqual({ displayed: reported, confirmed: reported });
  });

  it('is the append time of the oldest record that has not landed', async () => {
    const oldest = NOW - 3_000;
    await insertLanded(client, 'behind', { until: oldest, observedAt: NOW - 500, isCaughtUp: false });
    expect(await readWatermark(client, 'behind', NOW)).toEqual({ displayed: oldest, confirmed: oldest });
  });

  it('is never ahead of the reader’s clock', async () => {
    await insertLanded(client, 'ahead', { until: NOW + 5, observedAt: NOW + 5, isCaughtUp: true });
    expect(await readWatermark(client, 'ahead', NOW)).toEqual({ displayed: NOW, confirmed: NOW });
  });
});
