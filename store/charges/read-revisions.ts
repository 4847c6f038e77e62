import { Type, type Static } from 'typebox';
import type { LocalDate } from '../../domain/calendar/dates.ts';
import { CANONICAL } from '../../domain/money.ts';
import { rowReader, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { selectLines } from '../../platform/clickhouse/select-lines.ts';

/** ClickHouse writes a decimal in the canonical form: what reads an amount need not parse it for that. */
const Amount = Type.String({ pattern: CANONICAL.source });
const Period = Type.Object({ from: Type.String(), to: Type.String() }, { additionalProperties: false });

const Revision = Type.Object(
  {
    org_id: Type.String(),
    product: Type.String(),
    day: Type.String(),
    from: Type.String(),
    to: Type.String(),
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
    billed_in: Period,
    closed_at: Type.String(),
  },
  { additionalProperties: false },
);
/** One revision of one day's charge; instants in RFC 3339, amounts canonical. */
export type Revision = Static<typeof Revision>;

/** A revision as JSON with the fields of Revision in their order, as ClickHouse writes it. */
export type RevisionJson = string;
/** @throws UnexpectedRowError */
export const parseRevision = (json: RevisionJson): Revision => readRevision(JSON.parse(json));

const COLUMNS = `org_id, product, charges_by_day.day AS day,
    charges_by_day.day_from AS from, charges_by_day.day_to AS to, revision,
    calls, used, included, additional_limit, additional_used, over_limit, billed_credits,
    charges_by_day.amount AS amount, delta_credits, charges_by_day.delta_amount AS delta_amount, currency, price_book,
    CAST((billed_from, billed_to), 'Tuple(\`from\` Date32, \`to\` Date32)') AS billed_in,
    charges_by_day.closed_at AS closed_at`;
const readRevision = rowReader(Revision, COLUMNS);
/** FINAL keeps the first record of a revision in log order, which is that revision; later ones are ignored. */
const FROM = 'FROM charges_by_day FINAL';
const SETTINGS = `SETTINGS
  -- FINAL must see every record of a revision, also those in granules without an offset that is searched for.
  use_skip_indexes_if_final = 0,
  -- Two take a third more CPU for so few rows, and no less time.
  max_threads = 1`;

/** Few offsets have no revision: those of ignored records. */
const FIRST_SPAN = 1.1;
const NEXT_SPAN = 8;
const IN_SPAN = 'kafka_offset >= {from:UInt64} AND kafka_offset < {before:UInt64}';
const OFFSET = '{"offset":';

export interface LoggedRevision {
  readonly json: RevisionJson;
  /** In the topic `daily-charges`. */
  readonly offset: number;
}

/** The revisions with offsets in [from, to), in the order of the log, at most `limit`. */
export async function readRevisions(
  client: ClickHouseClient,
  { from, to, limit }: { readonly from: number; readonly to: number; readonly limit: number },
): Promise<LoggedRevision[]> {
  // Not all of [from, to) at once: a client that begins with the first revision would sort all of them for each page.
  for (let span = Math.ceil(FIRST_SPAN * limit); ; span *= NEXT_SPAN) {
    const before = Math.min(to, from + span);
    const lines = await selectLines(
      client,
      `SELECT toInt64(kafka_offset) AS offset, ${COLUMNS} ${FROM}
       WHERE (charges_by_day.day, org_id, product, revision) IN (
           SELECT day, org_id, product, revision FROM charges_by_day WHERE ${IN_SPAN})
         AND ${IN_SPAN}
       ORDER BY kafka_offset LIMIT {limit:UInt32} ${SETTINGS}`,
      { from, before, limit },
    );
    const rows = lines.split('\n').slice(0, -1);
    if (rows.length === limit || before === to) return rows.map(loggedRevision);
  }
}

/** The offset is the first column, and no part of the revision. */
function loggedRevision(row: string): LoggedRevision {
  const end = row.indexOf(',');
  return { offset: Number(row.slice(OFFSET.length, end)), json: `{${row.slice(end + 1)}` };
}

export interface DayPage {
  readonly day: LocalDate;
  /** Only records before this offset, so that all pages show the same state. */
  readonly to: number;
  /** Only subscriptions after this one. */
  readonly after: { readonly org_id: string; readonly product: string };
  readonly limit: number;
}

/**
 * The last revision of a date, for each subscription that has one, by organisation and product.
 * @returns each as JSON, followed by a line break
 */
export const readDayCharges = (
  client: ClickHouseClient,
  { day, to, after, limit }: DayPage,
): Promise<string> =>
  selectLines(
    client,
    // The first condition on org_id lets ClickHouse use the table's key.
    `SELECT ${COLUMNS} ${FROM}
     WHERE charges_by_day.day = toDate32({day:String}) AND kafka_offset < {to:UInt64}
       AND org_id >= {org:String} AND (org_id, product) > ({org:String}, {product:String})
     ORDER BY org_id, product, revision DESC
     LIMIT 1 BY org_id, product
     LIMIT {limit:UInt32} ${SETTINGS}`,
    { day, to, org: after.org_id, product: after.product, limit },
  );
