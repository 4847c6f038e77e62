import { Type, type Static } from 'typebox';
import type { LocalDate } from '../../domain/calendar/dates.ts';
import { CANONICAL } from '../../domain/money.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/** ClickHouse writes a decimal in the canonical form: what reads an amount need not parse it for that. */
const Amount = Type.String({ pattern: CANONICAL.source });

const ChargeRow = Type.Object({
  offset: Type.Integer(),
  org_id: Type.String(),
  product: Type.String(),
  day: Type.String(),
  day_from: Type.Integer(),
  day_to: Type.Integer(),
  revision: Type.Integer(),
  calls: Type.Integer(),
  used: Type.Integer(),
  included: Type.Integer(),
  additional_limit: Type.Integer(),
  additional_used: Type.Integer(),
  over_limit: Type.Integer(),
  billed_credits: Type.Integer(),
  amount: Amount,
  delta_credits: Type.Integer(),
  delta_amount: Amount,
  currency: Type.String(),
  price_book: Type.String(),
  billed_from: Type.String(),
  billed_to: Type.String(),
  closed_at: Type.Integer(),
});
/** A revision and its offset in the topic `daily-charges`; instants in epoch milliseconds, amounts canonical. */
export type ChargeRow = Static<typeof ChargeRow>;

/** FINAL keeps the first record of a revision in log order, which is that revision; later ones are ignored. */
const SELECT = `SELECT toInt64(kafka_offset) AS offset, org_id, product, toString(charges_by_day.day) AS day,
    toUnixTimestamp64Milli(charges_by_day.day_from) AS day_from, toUnixTimestamp64Milli(charges_by_day.day_to) AS day_to,
    revision, calls, used, included, additional_limit, additional_used, over_limit, billed_credits,
    toString(charges_by_day.amount) AS amount, delta_credits, toString(charges_by_day.delta_amount) AS delta_amount,
    currency, price_book, toString(charges_by_day.billed_from) AS billed_from,
    toString(charges_by_day.billed_to) AS billed_to, toUnixTimestamp64Milli(charges_by_day.closed_at) AS closed_at
  FROM charges_by_day FINAL`;

/** FINAL must see every record of a revision, also those in granules without an offset that is searched for. */
const WHOLE = 'SETTINGS use_skip_indexes_if_final = 0';
/** Few offsets have no revision: those of ignored records. */
const FIRST_SPAN = 1.1;
const NEXT_SPAN = 8;
const IN_SPAN = 'kafka_offset >= {from:UInt64} AND kafka_offset < {before:UInt64}';

/** The revisions with offsets in [from, to), in the order of the log, at most `limit`. */
export async function readRevisions(
  client: ClickHouseClient,
  { from, to, limit }: { readonly from: number; readonly to: number; readonly limit: number },
): Promise<ChargeRow[]> {
  // Not all of [from, to) at once: a client that begins with the first revision would sort all of them for each page.
  for (let span = Math.ceil(FIRST_SPAN * limit); ; span *= NEXT_SPAN) {
    const before = Math.min(to, from + span);
    const rows = await select(
      client,
      ChargeRow,
      `${SELECT} WHERE (charges_by_day.day, org_id, product, revision) IN (
           SELECT day, org_id, product, revision FROM charges_by_day WHERE ${IN_SPAN})
         AND ${IN_SPAN}
       ORDER BY kafka_offset LIMIT {limit:UInt32} ${WHOLE}`,
      { from, before, limit },
    );
    if (rows.length === limit || before === to) return rows;
  }
}

export interface DayPage {
  readonly day: LocalDate;
  /** Only records before this offset, so that all pages show the same state. */
  readonly to: number;
  /** Only subscriptions after this one. */
  readonly after: { readonly org_id: string; readonly product: string };
  readonly limit: number;
}

/** The last revision of a date, for each subscription that has one, by organisation and product. */
export function readDayCharges(
  client: ClickHouseClient,
  { day, to, after, limit }: DayPage,
): Promise<ChargeRow[]> {
  return select(
    client,
    ChargeRow,
    // The first condition on org_id lets ClickHouse use the table's key.
    `${SELECT} WHERE charges_by_day.day = toDate32({day:String}) AND kafka_offset < {to:UInt64}
       AND org_id >= {org:String} AND (org_id, product) > ({org:String}, {product:String})
     ORDER BY org_id, product, revision DESC
     LIMIT 1 BY org_id, product
     LIMIT {limit:UInt32} ${WHOLE}`,
    { day, to, org: after.org_id, product: after.product, limit },
  );
}
