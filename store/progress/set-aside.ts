import { randomUUID } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { formatInstant } from '../../domain/instants.ts';

const SetAsideRow = Type.Object({
  org_id: Type.String(),
  id: Type.String(),
  step: Type.Enum(['days', 'close']),
  error_code: Type.String(),
  error: Type.String(),
  days_from: Type.Integer(),
  since: Type.Integer(),
  attempts: Type.Integer(),
  retry_at: Type.Integer(),
});
/**
 * An organisation whose days could not be closed (schemas/clickhouse/0009). Every day that ended after `days_from` is
 * still to be closed. Instants are epoch milliseconds. An organisation may have several such records.
 */
export type SetAside = Static<typeof SetAsideRow>;

/** What failed for an organisation: `days`, its calendar cannot be computed; `close`, a charge cannot. */
export interface Failure {
  readonly orgId: string;
  readonly step: SetAside['step'];
  readonly error: unknown;
  /** Every day that ended after this instant must be tried again, epoch milliseconds. */
  readonly daysFrom: number;
}

const FIRST_RETRY_MS = 2_000;
/** D: an organisation whose settings have been corrected is closed within this time. */
const LONGEST_RETRY_MS = 60_000;
const MAX_ERROR_CHARACTERS = 300;

/** Every organisation that is set aside, the longest first. */
export async function readSetAside(client: ClickHouseClient): Promise<SetAside[]> {
  return select(
    client,
    SetAsideRow,
    `SELECT org_id, toString(id) AS id, step, error_code, error, toUnixTimestamp64Milli(set_aside.days_from) AS days_from,
       toUnixTimestamp64Milli(set_aside.since) AS since, attempts,
       toUnixTimestamp64Milli(set_aside.retry_at) AS retry_at
     FROM set_aside FINAL WHERE cleared = 0 ORDER BY set_aside.since, org_id, id`,
  );
}

/** One record for each organisation, the longest first: since when, from where on, and the last error. */
export function byOrganisation(records: readonly SetAside[]): SetAside[] {
  const orgs = new Map<string, SetAside>();
  for (const record of records) {
    const known = orgs.get(record.org_id);
    const latest = known === undefined || record.retry_at >= known.retry_at ? record : known;
    orgs.set(record.org_id, {
      ...latest,
      since: Math.min(record.since, known?.since ?? Infinity),
      days_from: Math.min(record.days_from, known?.days_from ?? Infinity),
      attempts: Math.max(record.attempts, known?.attempts ?? 0),
      retry_at: Math.max(record.retry_at, known?.retry_at ?? 0),
    });
  }
  return [...orgs.values()];
}

/**
 * Records failures, one for each organisation, in addition to what is recorded already. Each further failure of an
 * organisation doubles the pause before the next attempt, up to a minute.
 * @param known the current records by byOrganisation
 * @param now epoch milliseconds
 */
export async function setAside(
  client: ClickHouseClient,
  failures: readonly Failure[],
  known: readonly SetAside[],
  now: number,
): Promise<void> {
  const earlier = new Map(known.map((record) => [record.org_id, record]));
  const rows = new Map<string, SetAside>();
  for (const { orgId, step, error, daysFrom } of failures) {
    const before = earlier.get(orgId);
    const attempts = (before?.attempts ?? 0) + 1;
    rows.set(orgId, {
      org_id: orgId,
      id: rows.get(orgId)?.id ?? randomUUID(),
      step,
      error_code: codeOf(error),
      error: (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR_CHARACTERS),
      days_from: Math.min(Math.max(0, daysFrom), rows.get(orgId)?.days_from ?? Infinity),
      since: before?.since ?? now,
      attempts,
      retry_at: now + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 10)),
    });
  }
  await write(client, [...rows.values()], 0);
}

/** Clears exactly these records; one that was added since they were read remains. */
export async function clearSetAside(client: ClickHouseClient, records: readonly SetAside[]): Promise<void> {
  await write(client, records, 1);
}

async function write(client: ClickHouseClient, records: readonly SetAside[], cleared: 0 | 1): Promise<void> {
  if (records.length === 0) return;
  await client.insert({
    table: 'set_aside',
    values: records.map((record) => ({
      ...record,
      days_from: formatInstant(record.days_from),
      since: formatInstant(record.since),
      retry_at: formatInstant(record.retry_at),
      cleared,
    })),
    format: 'JSONEachRow',
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'ERROR';
}
