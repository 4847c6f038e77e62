import { Type } from 'typebox';
import { connectClickHouse, select, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { keyOf, ROLLUPS, type RollupTable } from '../../../store/usage/breakdowns.ts';
import { openNamespace } from '../../servers/namespace.ts';

const GRANULE = 8_192;
const GIANT = 'giant';
/** Of the giant: so few that nine of ten granules begin with another organisation. */
const GRANULES = 4;
const OTHERS = 60;

const namespace = openNamespace('whole_keys');
let client: ClickHouseClient;
beforeAll(async () => {
  await migrate(namespace.settings);
  client = connectClickHouse(namespace.settings, 'whole keys test');
});
afterAll(async () => {
  await client.close();
  await namespace.drop();
});

/** A part with a granule of each of the other organisations, and a row of the giant every 15 minutes. */
async function fill(table: RollupTable): Promise<void> {
  await client.command({
    query: `INSERT INTO ${table} (org_id, product, bucket, calls, seen)
      SELECT if(number < {of_giant:UInt32}, '${GIANT}', concat('org-', toString(intDiv(number, ${GRANULE})))),
        'crm', toDateTime('2026-01-01', 'UTC') + 900 * (number % 2_000), 1, number
      FROM numbers({rows:UInt32})`,
    query_params: { of_giant: GRANULES * GRANULE, rows: (GRANULES + OTHERS) * GRANULE },
    // As each row stands for itself here: of equal keys most would be replaced.
    clickhouse_settings: { optimize_on_insert: 0, max_insert_threads: '1' },
  });
}

const Plan = Type.Object({ explain: Type.String() });

/** How many granules of the giant ClickHouse reads for a short range of its time. */
async function granulesRead(table: RollupTable): Promise<number> {
  const lines = await select(
    client,
    Plan,
    `EXPLAIN indexes = 1 SELECT sum(calls) FROM ${table} FINAL
     WHERE org_id = '${GIANT}' AND bucket < toDateTime('2026-01-02', 'UTC')`,
    {},
  );
  const granules = lines.map(({ explain }) => /Granules: (\d+)\//.exec(explain)?.[1]).filter(Boolean);
  return Number(granules.at(-1));
}

it.each(ROLLUPS.map((rollup) => [rollup.table, keyOf(rollup)] as const))(
  'a short range of a giant’s time in %s is found by the key (%s)',
  async (table) => {
    await fill(table);
    const read = await granulesRead(table);
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(GRANULES);
  },
);
