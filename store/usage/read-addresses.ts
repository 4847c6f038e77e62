import { Type, type Static } from 'typebox';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { conditionsOf, type Filters } from './filters.ts';
import { FINAL_SETTINGS } from './query.ts';
import { hoursOf } from './rollup-plan.ts';

export interface AddressesRequest {
  readonly orgId: string;
  /** Epoch milliseconds, half-open: a time whose addresses are still kept. */
  readonly from: number;
  readonly to: number;
  readonly filters: Filters;
  /** So many addresses are named, those with the most credits. */
  readonly top: number;
}

const AddressRow = Type.Object({
  /** `top`: one address; `other`: all other addresses together; `none`: the calls without one. */
  kind: Type.Enum(['top', 'other', 'none']),
  source_address: Type.String(),
  calls: Type.Integer(),
  credits: Type.Integer(),
  rejected: Type.Integer(),
});
export type AddressRow = Static<typeof AddressRow>;

/**
 * The usage by source address, the addresses with the most credits first: read from the events, because no rollup has
 * their addresses (docs/privacy.md). One statement, so that all rows are usage of one moment.
 */
export function readAddresses(client: ClickHouseClient, request: AddressesRequest): Promise<AddressRow[]> {
  const { orgId, from, to, filters, top } = request;
  const conditions = conditionsOf(filters);
  return select(
    client,
    AddressRow,
    `SELECT kind, if(kind = 'top', ranked.source_address, '') AS source_address,
       sum(ranked.calls) AS calls, sum(ranked.credits) AS credits, sum(ranked.rejected) AS rejected
     FROM (
       SELECT *, row_number() OVER (PARTITION BY source_address = '' ORDER BY credits DESC, calls DESC, source_address) AS place,
         multiIf(source_address = '', 'none', place <= {top:UInt32}, 'top', 'other') AS kind
       FROM (
         SELECT source_address, count() AS calls, sum(call_events.credits) AS credits,
           countIf(status = ${REJECTED_STATUS}) AS rejected
         FROM call_events FINAL
         WHERE toStartOfHour(occurred_at) IN {hours:Array(UInt32)}
           AND org_id = {org:String}
           AND occurred_at >= ${instant('from')} AND occurred_at < ${instant('to')}
           ${conditions.sql}
         GROUP BY source_address
       )
     ) AS ranked
     GROUP BY kind, source_address
     ORDER BY min(place), kind
     ${FINAL_SETTINGS}`,
    { org: orgId, from, to, hours: hoursOf({ from, to }).map(toSeconds), top, ...conditions.params },
  );
}
