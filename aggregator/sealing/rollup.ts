import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { recordConflicts } from './conflicts.ts';
import { scopeCondition, type SealScope } from './scope.ts';
import { BREAKDOWNS, keyOf, selectOf, type Rollup } from '../../store/usage/breakdowns.ts';
import { zeroReplacedRows } from './replaced-rows.ts';

/**
 * ClickHouse aborts the statement after this time; the client waits longer (main.ts). Such a statement sends nothing
 * until it is done and continues after its client has given up, so the next tick would start a second one beside it.
 */
export const SEAL_WITHIN_S = 240;
/** Half the time until the counts of a seal expire (schemas/clickhouse/0015). */
const COUNTS_KEPT_S = 12 * 3_600;

/** The process was suspended during a seal, for so long that what it had counted may have expired. */
export class SealExpiredError extends Error {
  readonly code = 'SEAL_EXPIRED';
  constructor(seconds: number) {
    super(`The seal took ${seconds} s, so what it had counted may have expired. The next tick seals again.`);
    this.name = 'SealExpiredError';
  }
}

/**
 * Counts hours from the distinct events and writes them into every rollup. Idempotent, in any order and with any
 * number of sealers: rows counted from more events replace rows counted from fewer (schemas/clickhouse/0003).
 * @param hours starts of the hours, epoch milliseconds; one chunk (chunks.ts)
 * @throws SealExpiredError
 */
export async function writeRollup(
  client: ClickHouseClient,
  hours: readonly number[],
  scope: SealScope,
): Promise<void> {
  if (hours.length === 0) return;
  const seal = randomUUID();
  const began = await readClock(client);
  await countTotals(client, hours, scope, seal);
  await writeTotals(client, seal);
  for (const breakdown of BREAKDOWNS) await writeBreakdown(client, hours, scope, seal, breakdown);
  const took = (await readClock(client)) - began;
  if (took > COUNTS_KEPT_S) throw new SealExpiredError(took);
  await zeroReplacedRows(client, hours);
  await recordConflicts(client, hours, scope);
}

/**
 * What follows the SELECT of totals and the version of every bucket. The version covers all products and dimensions of
 * the bucket, and exactly the rows counted here: one statement reads one snapshot.
 * @param events FROM and WHERE; they select all events of a bucket or none
 */
export const countedTotals = (events: string): string =>
  `org_id, product, ${BUCKET}, ${SUMS}, sum(sum(toUInt128(version))) OVER (PARTITION BY org_id, bucket) AS seen
   ${events} GROUP BY org_id, product, bucket`;
const SUMS = `count() AS calls, sum(credits) AS credits, countIf(status = ${REJECTED_STATUS}) AS rejected`;
const BUCKET = 'toStartOfFifteenMinutes(occurred_at) AS bucket';

// Compare the hour with the sorting key's own expression, or ClickHouse prunes nothing. FINAL applies before WHERE.
const eventsOf = (scope: SealScope): string => `FROM call_events FINAL
  WHERE toStartOfHour(occurred_at) IN {hours:Array(UInt32)}
  ${scopeCondition(scope, 'toStartOfHour(occurred_at)')}`;

/** Counts the totals and the version of every bucket into seal_counts. @param seal its id, a UUID */
export async function countTotals(
  client: ClickHouseClient,
  hours: readonly number[],
  scope: SealScope,
  seal: string,
): Promise<void> {
  await insertGrouped(
    client,
    `INSERT INTO seal_counts (seal, org_id, product, bucket, calls, credits, rejected, seen)
     SELECT {seal:UUID}, ${countedTotals(eventsOf(scope))}`,
    { seal, hours: hours.map(toSeconds) },
  );
}

/** Writes what was counted under this id into usage_15m. */
export async function writeTotals(client: ClickHouseClient, seal: string): Promise<void> {
  await insertGrouped(
    client,
    `INSERT INTO usage_15m (org_id, product, bucket, calls, credits, rejected, seen)
     SELECT org_id, product, bucket, calls, credits, rejected, seen FROM seal_counts WHERE seal = {seal:UUID}`,
    { seal },
  );
}

/**
 * Counts a breakdown after the totals, from at least the same events, and writes it with the versions of the totals.
 * An event that landed in between has an invalidation that this seal has not read. The seal that clears it has a
 * greater version, so it does not matter which of the rows with this version are written last. An event in a bucket
 * that the totals do not have waits for that seal too.
 */
export async function writeBreakdown(
  client: ClickHouseClient,
  hours: readonly number[],
  scope: SealScope,
  seal: string,
  breakdown: Rollup,
): Promise<void> {
  const key = keyOf(breakdown);
  await insertGrouped(
    client,
    `INSERT INTO ${breakdown.table} (${key}, calls, credits, rejected, seen)
     SELECT ${key}, calls, credits, rejected, seen FROM (
       SELECT org_id, product, ${BUCKET}, ${selectOf(breakdown).join(', ')}, ${SUMS} ${eventsOf(scope)} GROUP BY ${key}
     ) AS counted
     INNER JOIN (
       SELECT org_id, bucket, max(seen) AS seen FROM seal_counts WHERE seal = {seal:UUID} GROUP BY org_id, bucket
     ) AS versions USING (org_id, bucket)`,
    { seal, hours: hours.map(toSeconds) },
  );
}

/** Inserts grouped rows into a table of a seal. @param settings of ClickHouse, besides those of every seal */
export async function insertGrouped(
  client: ClickHouseClient,
  query: string,
  params: Readonly<Record<string, unknown>>,
  settings: { readonly optimize_aggregation_in_order?: 1 } = {},
): Promise<void> {
  await client.command({
    query,
    query_params: params,
    clickhouse_settings: {
      // The default limit is 100 partitions an insert: do not fail in the unlikely case of more late months.
      max_partitions_per_insert_block: '0',
      // The rows come from a GROUP BY, so no two have the same key: a third of the insert's CPU.
      optimize_on_insert: 0,
      max_execution_time: SEAL_WITHIN_S,
      ...settings,
    },
  });
}

const ClockRow = Type.Object({ now: Type.Integer() });

/** ClickHouse's own time, by which the counts expire, in epoch seconds. */
export async function readClock(client: ClickHouseClient): Promise<number> {
  const [row] = await select(client, ClockRow, 'SELECT toUnixTimestamp(now()) AS now');
  return row?.now ?? 0;
}
