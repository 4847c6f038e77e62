import {
  clearInvalidations,
  readInvalidations,
  type Invalidation,
} from '../../../aggregator/sealing/invalidations.ts';
import { resealInvalidated } from '../../../aggregator/sealing/reseal.ts';
import { floorTo } from '../../../domain/instants.ts';
import { connectClickHouse, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { readProgress } from '../../../store/progress/aggregator-progress.ts';
import { readTotal } from '../../../store/usage/read.ts';
import { openNamespace, type Namespace } from '../../servers/namespace.ts';

export const SEAL_DELAY_MS = MINUTE_MS;
export const now = Date.now();
export const thisHour = floorTo(now, HOUR_MS);

const TABLES = [
  'call_events',
  'usage_15m',
  'usage_15m_by',
  'usage_15m_by_user',
  'usage_15m_by_route',
  'dirty_marks',
  'seal_counts',
  'aggregator_progress',
];

/** Gives a suite a migrated database whose tables are empty at the start of every test. Registers the hooks. */
export function useSealingTables(suite: string): (() => ClickHouseClient) & Pick<Namespace, 'onTables'> {
  const namespace = openNamespace(suite);
  let client: ClickHouseClient;
  beforeAll(async () => {
    await migrate(namespace.settings);
    client = connectClickHouse(namespace.settings, `${suite} test`);
  });
  beforeEach(async () => {
    for (const table of TABLES) await namespace.onTables(`TRUNCATE TABLE ${table}`);
  });
  afterAll(async () => {
    await client.close();
    await namespace.drop();
  });
  return Object.assign(() => client, { onTables: (statement: string) => namespace.onTables(statement) });
}

/** The usage of acme's crm subscription as the API reads it. */
export const readLive = (client: ClickHouseClient, from: number, to: number) =>
  readTotal(client, { orgId: 'acme', from, to, filters: { product: 'crm' } });

/** Re-seals all invalidated hours and returns their invalidations. */
export async function reseal(client: ClickHouseClient): Promise<Invalidation[]> {
  const invalidations = await readInvalidations(client, (await readProgress(client)).sealed, 0);
  await resealInvalidated(client, invalidations);
  await clearInvalidations(client, invalidations);
  return invalidations;
}
