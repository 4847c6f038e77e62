import { readLandedUntil } from '../../../store/watermark/watermark.ts';
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
    expect(await readLandedUntil(client, 'nobody', NOW)).toEqual({ told: 0, seen: 0 });
  });

  it('is told as now where all is level, and is seen as of the last look', async () => {
    const looked = NOW - 10_000;
    await insertLanded(client, 'level', { until: looked, observedAt: looked, isLevel: true });
    expect(await readLandedUntil(client, 'level', NOW)).toEqual({ told: NOW, seen: looked });
  });

  it('is as of the last look where that is longer ago', async () => {
    const looked = NOW - 10_001;
    await insertLanded(client, 'stale', { until: looked, observedAt: looked, isLevel: true });
    expect(await readLandedUntil(client, 'stale', NOW)).toEqual({ told: looked, seen: looked });
  });

  it('is the append time of the oldest record that waits', async () => {
    const oldest = NOW - 3_000;
    await insertLanded(client, 'behind', { until: oldest, observedAt: NOW - 500, isLevel: false });
    expect(await readLandedUntil(client, 'behind', NOW)).toEqual({ told: oldest, seen: oldest });
  });

  it('is never ahead of the reader’s clock', async () => {
    await insertLanded(client, 'ahead', { until: NOW + 5, observedAt: NOW + 5, isLevel: true });
    expect(await readLandedUntil(client, 'ahead', NOW)).toEqual({ told: NOW, seen: NOW });
  });
});
