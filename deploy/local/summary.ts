import { Type } from 'typebox';
import { canonical, Money } from '../../domain/money.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

const EventsRow = Type.Object({ landed: Type.Integer(), orgs: Type.Integer(), credits: Type.Integer() });
const CountRow = Type.Object({ count: Type.Integer() });
const ChargesRow = Type.Object({
  currency: Type.String(),
  days: Type.Integer(),
  additional: Type.Integer(),
  billed: Type.Integer(),
  amount: Type.String(),
});

/** The figures of the replay. */
export interface ReplayFigures {
  readonly lines: number;
  readonly published: number;
  readonly malformed: number;
}

/** A step of the start and how long it took. */
export interface StepTime {
  readonly step: string;
  readonly ms: number;
}

/**
 * What the pipeline holds, counted from the distinct events and the closed days, as lines to print.
 * @param replay undefined where nothing was replayed (REPLAY=none)
 */
export async function summaryLines(
  client: ClickHouseClient,
  replay: ReplayFigures | undefined,
  stepTimes: readonly StepTime[],
): Promise<string[]> {
  const [events] = await select(
    client,
    EventsRow,
    `SELECT count() AS landed, uniqExact(org_id) AS orgs, sum(credits) AS credits FROM call_events FINAL`,
  );
  const [quarantined] = await select(client, CountRow, `SELECT count() AS count FROM quarantined FINAL`);
  const charges = await select(
    client,
    ChargesRow,
    `SELECT currency, count() AS days, sum(additional_used) AS additional, sum(billed_credits) AS billed,
       toString(sum(amount)) AS amount
     FROM (
       SELECT * FROM daily_charges FINAL ORDER BY revision DESC LIMIT 1 BY org_id, product, day
     ) GROUP BY currency ORDER BY currency`,
  );
  const rows: [string, string][] = [
    ...(replay
      ? ([
          ['lines in the log', count(replay.lines)],
          ['events published', count(replay.published)],
          ['malformed lines', count(replay.malformed)],
        ] satisfies [string, string][])
      : []),
    ['events landed', count(events?.landed ?? 0)],
    ['records quarantined', count(quarantined?.count ?? 0)],
    ['organisations', count(events?.orgs ?? 0)],
    ['credits', count(events?.credits ?? 0)],
    ...charges.flatMap(({ currency, days, additional, billed, amount }): [string, string][] => [
      ['days closed', count(days)],
      ['additional credits', `${count(additional)} (${count(billed)} within the limits)`],
      ['amount', `${canonical(new Money(amount))} ${currency}`],
    ]),
    ...stepTimes.map(({ step, ms }): [string, string] => [step, `${(ms / 1000).toFixed(1)} s`]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
}

const count = (value: number): string => value.toLocaleString('en-US');
