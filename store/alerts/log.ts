import { Type, type Static } from 'typebox';
import type { AlertFacts, AlertKey } from '../../domain/alerts/alert.ts';
import { compiled } from '../../platform/compiled-schema.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { ALERT_RECORD_KINDS } from '../../schemas/alert-record.ts';

const LogRow = Type.Object({
  offset: Type.Integer(),
  appended_at: Type.Integer(),
  record_id: Type.String(),
  org_id: Type.String(),
  kind: Type.Enum([...ALERT_RECORD_KINDS]),
  product: Type.String(),
  rule_id: Type.String(),
  subject: Type.String(),
  number: Type.Integer(),
  value: Type.String(),
});
/** A record of the topic alerts that has landed. */
export type LoggedRecord = Static<typeof LogRow>;

const COLUMNS = `toInt64(kafka_offset) AS offset, toUnixTimestamp64Milli(alert_log.appended_at) AS appended_at, record_id,
  org_id, kind, product, rule_id, subject, toInt64(number) AS number, value`;
const ROWS_AT_ONCE = 1_000;

/** What has landed of the log from an offset on. */
export interface LogPart {
  readonly from: number;
  /** The records that count, in the order of the log: of several under one id the first. */
  readonly records: readonly LoggedRecord[];
  /** The offset from which on to read next. */
  readonly next: number;
  /** Whether more has landed. */
  readonly isCut: boolean;
}

const PartRow = Type.Object({ ...LogRow.properties, is_first: Type.Boolean() });

/** Reads the log from an offset on. One partition lands in order, so nothing before what was read lands later. */
export async function readAlertLog(client: ClickHouseClient, from: number): Promise<LogPart> {
  const rows = await select(
    client,
    PartRow,
    `SELECT ${COLUMNS}, toBool(kafka_offset IN (
       SELECT min(kafka_offset) FROM alert_log
       WHERE record_id IN (SELECT record_id FROM alert_log WHERE kafka_offset >= {from:UInt64}) GROUP BY record_id)) AS is_first
     FROM alert_log FINAL WHERE kafka_offset >= {from:UInt64}
     ORDER BY kafka_offset LIMIT ${ROWS_AT_ONCE}`,
    { from },
  );
  return {
    from,
    records: rows.filter(({ is_first }) => is_first),
    next: (rows.at(-1)?.offset ?? from - 1) + 1,
    isCut: rows.length === ROWS_AT_ONCE,
  };
}

/** Records of an organisation by their offsets. */
export function readRecords(
  client: ClickHouseClient,
  orgId: string,
  offsets: readonly number[],
): Promise<LoggedRecord[]> {
  return select(
    client,
    LogRow,
    `SELECT ${COLUMNS} FROM alert_log FINAL WHERE org_id = {org:String} AND kafka_offset IN {offsets:Array(UInt64)}
     ORDER BY kafka_offset`,
    { org: orgId, offsets },
  );
}

const EndRow = Type.Object({ end: Type.Integer() });
const EntryRow = Type.Object({
  org_id: Type.String(),
  product: Type.String(),
  rule_id: Type.String(),
  subject: Type.String(),
  last: Type.Integer(),
  resolved: Type.Integer(),
  value: Type.String(),
});

/** A key of the log so far: its last number, and its facts where that alert is open. */
export interface BookEntry {
  readonly key: AlertKey;
  readonly number: number;
  readonly open: AlertFacts | undefined;
}

/** The log folded up to an offset, from which on it is to be followed. */
export async function readBook(
  client: ClickHouseClient,
): Promise<{ readonly entries: readonly BookEntry[]; readonly next: number }> {
  const [row] = await select(
    client,
    EndRow,
    'SELECT toInt64(max(kafka_offset)) + (count() > 0) AS end FROM alert_log',
  );
  const next = row?.end ?? 0;
  const rows = await select(
    client,
    EntryRow,
    `SELECT org_id, product, rule_id, subject, toInt64(max(number)) AS last,
       toInt64(maxIf(number, kind = 'resolved')) AS resolved,
       argMaxIf(value, (number, -toInt64(kafka_offset)), kind = 'raised') AS value
     FROM alert_log WHERE kind IN ('raised', 'resolved') AND kafka_offset < {next:UInt64}
     GROUP BY org_id, product, rule_id, subject`,
    { next },
  );
  const entries = rows.map(({ org_id, product, rule_id, subject, last, resolved, value }) => ({
    key: { orgId: org_id, product, ruleId: rule_id, subject },
    number: last,
    open: resolved < last ? factsOf(value) : undefined,
  }));
  return { entries, next };
}

const Facts = Type.Object({
  kind: Type.String(),
  threshold: Type.String(),
  value: Type.String(),
  unit: Type.String(),
  message: Type.String(),
  as_of: Type.Integer(),
});
const UNREADABLE: AlertFacts = {
  kind: 'unknown',
  threshold: '',
  value: '',
  unit: 'records',
  message: 'The facts of this alert cannot be read.',
  as_of: 0,
};

/** The facts of a decision. Those of a record that something else wrote may be unreadable: it counts all the same. */
export function factsOf(value: string): AlertFacts {
  const facts = jsonOf(value);
  return compiled(Facts).check(facts) ? facts : UNREADABLE;
}

/** The value of a record; undefined where it is not JSON: anything may have been written to the topic. */
export function jsonOf(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
