import { readWatermark } from '../../../store/watermark/watermark.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { insertLanded } from '../../api/tables.ts';
import { openNamespace } from '../../servers/namespace.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const namespace = openNamespace('landed');

let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'landed test');
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

describe('landed until', () => {
  it('is never, where no consumer has reported', async () => {
    expect(await readWatermark(client, 'nobody', NOW)).toEqual({ displayed: 0, confirmed: 0 });
  });

  it('is told as now where all is level, and is seen as of the last look', async () => {
    const looked = NOW - 10_000;
    await insertLanded(client, 'level', { until: looked, observedAt: looked, isCaughtUp: true });
    expect(await readWatermark(client, 'level', NOW)).toEqual({ displayed: NOW, confirmed: looked });
  });

  it('is as of the last look where that is longer ago', async () => {
    const looked = NOW - 10_001;
    await insertLanded(client, 'stale', { until: looked, observedAt: looked, isCaughtUp: true });
    expect(await readWatermark(client, 'stale', NOW)).toEqual({ displayed: looked, confirmed: looked });
  });

  it('is the append time of the oldest record that waits', async () => {
    const oldest = NOW - 3_000;
    await insertLanded(client, 'behind', { until: oldest, observedAt: NOW - 500, isCaughtUp: false });
    expect(await readWatermark(client, 'behind', NOW)).toEqual({ displayed: oldest, confirmed: oldest });
  });

  it('is never ahead of the reader’s clock', async () => {
    await insertLanded(client, 'ahead', { until: NOW + 5, observedAt: NOW + 5, isCaughtUp: true });
    expect(await readWatermark(client, 'ahead', NOW)).toEqual({ displayed: NOW, confirmed: NOW });
  });
});
