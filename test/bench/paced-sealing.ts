import { Type } from 'typebox';
import { until } from '../../deploy/local/until.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { eventTimeSql, type EventClock } from './event-clock.ts';

/** Re-sealing may rest for four times as long as it took (aggregator/sealing/reseal-pace.ts). */
const SEALED_WITHIN_MS = 600_000;
const View = Type.Object({ query: Type.String() });

/** A call invalidates its hour when its quarter is over by the clock of the events, and at a time of that clock. */
export async function moveClockOfInvalidations(client: ClickHouseClient, clock: EventClock): Promise<void> {
  const [view] = await select(
    client,
    View,
    `SELECT as_select AS query FROM system.tables WHERE database = currentDatabase() AND name = 'mark_late_events'`,
  );
  if (!view?.query.includes('now()') || !view.query.includes('now64(3)'))
    throw new Error('The view mark_late_events no longer goes by now() and now64(3).');
  await client.command({ query: 'DROP VIEW mark_late_events' });
  const moved = view.query.replaceAll(/now\(\)|now64\(3\)/g, eventTimeSql(clock));
  await client.command({ query: `CREATE MATERIALIZED VIEW mark_late_events TO dirty_marks AS ${moved}` });
}

const Totals = Type.Object({ events: Type.Integer(), sealed: Type.Integer() });

/** The clock runs on, so every hour is sealed in the end, and the hours of late calls are counted again. */
export async function checkSealed(client: ClickHouseClient): Promise<void> {
  let totals: object | undefined;
  const isEqual = async (): Promise<boolean> => {
    const [row] = await select(
      client,
      Totals,
      `SELECT (SELECT sum(credits) FROM call_events FINAL) AS events,
         (SELECT sum(credits) FROM usage_15m FINAL) AS sealed`,
    );
    totals = row;
    return row !== undefined && row.events === row.sealed;
  };
  if (!(await until(isEqual, SEALED_WITHIN_MS)))
    throw new Error(`The credits of the sealed hours and of their events differ: ${JSON.stringify(totals)}.`);
}
