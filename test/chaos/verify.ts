import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import type { Counted } from '../api/traffic.ts';
import { keyOf, type Ledger } from './ledger.ts';
import { FIRST_LIMIT, type LimitChanges } from './limit-changes.ts';
import { unexpectedDifferences } from './set-aside.ts';
import { LATE_ORG } from './late-schema.ts';
import { ALERTED } from './alerts/alerting.ts';
import type { Overall } from './requests.ts';
import { ORGS } from './traffic.ts';
import type { Get } from './watch.ts';

const REPORTED = [...ORGS, ...ALERTED, LATE_ORG];

const Sums = { calls: Type.Integer(), credits: Type.Integer(), rejected: Type.Integer() };
const LandedRow = Type.Object({ org: Type.String(), user: Type.String(), day: Type.String(), ...Sums });
const Usage = Type.Object({
  rows: Type.Array(Type.Object({ day: Type.String(), user: Type.String(), ...Sums })),
  next_cursor: Type.Null(),
});
const BilledDay = Type.Object({
  day: Type.String(),
  used: Type.Integer(),
  additional_used: Type.Integer(),
  billed_credits: Type.Integer(),
  amount: Type.String(),
});
const Days = Type.Object({ days: Type.Array(BilledDay) });
const Credits = Type.Object({ used: Type.Integer() });
const Reconciliation = Type.Object({
  quarantined: Type.Object({
    records: Type.Integer(),
    replayed: Type.Object({ counted: Type.Integer(), quarantined_again: Type.Integer() }),
  }),
  differences: Type.Array(Type.Unknown()),
});

export interface Settled {
  readonly ledger: Ledger;
  readonly limits: Pick<LimitChanges, 'ofDay'>;
  readonly client: ClickHouseClient;
  readonly get: Get;
  readonly overall: Pick<Overall, 'get'>;
  /** How many invalid records the log holds, and how many of them count because they were replayed. */
  readonly invalid: number;
  readonly replayed: number;
  readonly now: number;
}

/** Compares every figure of a settled pipeline with the ledger. @returns the differences, a line each */
export async function differencesOf(settled: Settled): Promise<string[]> {
  const { ledger, client, now } = settled;
  const expected = ledger.byUserAndDay();
  const reportable = ledger.byUserAndDay((org) => REPORTED.includes(org));
  const landed = await select(
    client,
    LandedRow,
    `SELECT org_id AS org, user_id AS user, toString(toDate(occurred_at)) AS day, count() AS calls,
       sum(credits) AS credits, countIf(status = 429) AS rejected
     FROM call_events FINAL GROUP BY org, user, day`,
  );
  const differences = compared('events', expected, byKey(landed));

  const reported: Static<typeof LandedRow>[] = [];
  for (const org of REPORTED) {
    const reader = new OrgReader(settled.get, org);
    const [from, to] = [now - 4 * DAY_MS, now].map((at) => new Date(at).toISOString());
    const { rows } = await reader.read(Usage, `usage?from=${from}&to=${to}&group_by=day,user`);
    for (const { day, user, calls, credits, rejected } of rows)
      reported.push({ org, day, user, calls, credits, rejected });

    const { days } = await reader.read(Days, 'billing/days');
    const billed = new Map(
      days.map(({ day, used, additional_used, billed_credits, amount }) => [
        day,
        JSON.stringify({ day, used, additional_used, billed_credits, amount }),
      ]),
    );
    for (const [day, used] of ledger.creditsByDay(org)) {
      const due = JSON.stringify(billOf(day, used, settled.limits.ofDay(org, day)));
      const is = billed.get(day) ?? 'nothing';
      if (is !== due) differences.push(`bill of ${org}: ${is} instead of ${due}`);
    }
    // Days without a call.
    const total = days.reduce((sum, { used }) => sum + used, 0);
    const due = ledger.creditsOf(org);
    if (total !== due) differences.push(`bills of ${org}: ${total} credits instead of ${due}`);

    const { used } = await reader.read(Credits, `credits?at=${to}`);
    const { most } = ledger.bounds(org, now, now);
    if (used !== most) differences.push(`24 hours of ${org}: ${used} credits instead of ${most}`);
  }
  differences.push(...compared('usage', reportable, byKey(reported)));

  const stages = Value.Parse(Reconciliation, await settled.overall.get('/v1/reconciliation'));
  if (stages.quarantined.records !== settled.invalid) {
    differences.push(`quarantined: ${stages.quarantined.records} records instead of ${settled.invalid}`);
  }
  const { counted, quarantined_again: again } = stages.quarantined.replayed;
  if (counted !== settled.replayed || again > 0) {
    differences.push(`replayed: ${counted} count and ${again} do not; ${settled.replayed} must`);
  }
  return [...differences, ...unexpectedDifferences(stages.differences)];
}

/** The local stack's subscription (interfaces.md): 5,000 included; every limit is in the first slab, 0.14 per 1,000. */
export function billOf(day: string, used: number, limit = FIRST_LIMIT): Static<typeof BilledDay> {
  const additional = Math.max(0, used - 5_000);
  const billed = Math.min(additional, limit);
  const hundredThousandths = String(billed * 14).padStart(6, '0');
  const amount = `${hundredThousandths.slice(0, -5)}.${hundredThousandths.slice(-5)}`.replace(/\.?0+$/, '');
  return { day, used, additional_used: additional, billed_credits: billed, amount };
}

class OrgReader {
  readonly #get: Get;
  readonly #org: string;
  constructor(get: Get, org: string) {
    this.#get = get;
    this.#org = org;
  }

  async read<Schema extends TSchema>(schema: Schema, resource: string): Promise<Static<Schema>> {
    return Value.Parse(schema, await this.#get(`/v1/orgs/${this.#org}/${resource}`, this.#org));
  }
}

function byKey(rows: readonly Static<typeof LandedRow>[]): Map<string, Counted> {
  return new Map(
    rows.map(({ org, user, day, calls, credits, rejected }) => [
      keyOf(org, user, day),
      { calls, credits, rejected },
    ]),
  );
}

/** @returns a line for each group that differs or is on one side only */
export function compared(
  what: string,
  expected: ReadonlyMap<string, Counted>,
  found: ReadonlyMap<string, Counted>,
): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((key) => {
    const [due, is] = [expected.get(key), found.get(key)].map(
      (figures) => JSON.stringify(figures) ?? 'nothing',
    );
    return due === is ? [] : [`${what} of ${key}: ${is} instead of ${due}`];
  });
}
