import { Type, type Static } from 'typebox';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { selectChunks } from '../../platform/clickhouse/select-chunks.ts';
import { instant, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { conditionsOf, type Filters } from './filters.ts';
import { hoursOf } from './rollup-plan.ts';

/** The usage of an organisation that is broken down by source address. */
export interface AddressesRange {
  readonly orgId: string;
  /** Epoch milliseconds, half-open: a time whose addresses are still kept. */
  readonly from: number;
  readonly to: number;
  readonly filters: Filters;
}

export interface AddressesRequest extends AddressesRange {
  /** So many addresses are named, those with the most credits. */
  readonly top: number;
}

const figures = {
  source_address: Type.String(),
  calls: Type.Integer(),
  credits: Type.Integer(),
  rejected: Type.Integer(),
};
const AddressTotal = Type.Object(figures);
export type AddressTotal = Static<typeof AddressTotal>;

const AddressRow = Type.Object({
  /** `top`: one address; `other`: all other addresses together; `none`: the calls without one. */
  kind: Type.Enum(['top', 'other', 'none']),
  ...figures,
});
export type AddressRow = Static<typeof AddressRow>;

/**
 * The usage by source address, the addresses with the most credits first: read from the events, because no rollup has
 * their addresses (docs/privacy.md). One statement, so that all rows are usage of one moment.
 */
export function readAddresses(client: ClickHouseClient, request: AddressesRequest): Promise<AddressRow[]> {
  const { sql, params } = totalsOf(request);
  return select(
    client,
    AddressRow,
    `SELECT kind, if(kind = 'top', ranked.source_address, '') AS source_address,
       sum(ranked.calls) AS calls, sum(ranked.credits) AS credits, sum(ranked.rejected) AS rejected
     FROM (
       SELECT *, row_number() OVER (PARTITION BY source_address = '' ORDER BY ${MOST_FIRST}) AS place,
         multiIf(source_address = '', 'none', place <= {top:UInt32}, 'top', 'other') AS kind
       FROM (${sql})
     ) AS ranked
     GROUP BY kind, source_address
     ORDER BY min(place), kind`,
    { ...params, top: request.top },
  );
}

/** All addresses in the same order, in chunks; '' are the calls without one. */
export async function* readAddressChunks(
  client: ClickHouseClient,
  range: AddressesRange,
): AsyncGenerator<AddressTotal[]> {
  const { sql, params } = totalsOf(range);
  yield* selectChunks(client, AddressTotal, `${sql} ORDER BY ${MOST_FIRST}`, params);
}

const MOST_FIRST = 'credits DESC, calls DESC, source_address';

function totalsOf({ orgId, from, to, filters }: AddressesRange) {
  const conditions = conditionsOf(filters);
  const sql = `SELECT source_address, count() AS calls, sum(call_events.credits) AS credits,
      countIf(status = ${REJECTED_STATUS}) AS rejected
    FROM call_events FINAL
    WHERE toStartOfHour(occurred_at) IN {hours:Array(UInt32)}
      AND org_id = {org:String}
      AND occurred_at >= ${instant('from')} AND occurred_at < ${instant('to')}
      ${conditions.sql}
    GROUP BY source_address`;
  const hours = hoursOf({ from, to }).map(toSeconds);
  return { sql, params: { org: orgId, from, to, hours, ...conditions.params } };
}
