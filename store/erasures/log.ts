import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { Erasure } from './erasure.ts';

/** The erasures that can still be needed, in the order in which they were recorded. */
export function readErasures(client: ClickHouseClient): Promise<Erasure[]> {
  return select(
    client,
    Erasure,
    `SELECT toString(id) AS id, org_id, salt, digest, secret, probe, toUnixTimestamp64Milli(erasures.cut) AS cut,
       toUnixTimestamp64Milli(erasures.recorded_at) AS recorded_at, toUnixTimestamp(erasures.kept_until) * 1000 AS kept_until
     FROM erasures FINAL WHERE erasures.kept_until > now() ORDER BY recorded_at, id`,
  );
}

/** Records an erasure, or raises the cut of one. In the body of the request: no log of ClickHouse has the secret. */
export async function recordErasure(client: ClickHouseClient, erasure: Erasure): Promise<void> {
  const { cut, recorded_at, kept_until, ...rest } = erasure;
  await client.insert({
    table: 'erasures',
    values: [
      {
        ...rest,
        cut: new Date(cut).toISOString(),
        recorded_at: new Date(recorded_at).toISOString(),
        kept_until: Math.ceil(kept_until / 1_000),
      },
    ],
    format: 'JSONEachRow',
  });
}
