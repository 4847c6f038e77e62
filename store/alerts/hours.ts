import { Type } from 'typebox';
import { mainCause, PAST_WEEKS, type Cause } from '../../domain/alerts/unusual-hour.ts';
import { medianOf } from '../../domain/median.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { readTotal, readUsage } from '../usage/read.ts';
import { readTopUsage } from '../usage/read-top.ts';
import type { FactsRequest } from './read-facts.ts';

const SubscriptionRow = Type.Object({ org_id: Type.String(), product: Type.String() });

/** The subscriptions with usage in a sealed hour. */
export function readUsedInHour(
  client: ClickHouseClient,
  hour: number,
): Promise<{ org_id: string; product: string }[]> {
  return select(
    client,
    SubscriptionRow,
    `SELECT org_id, product FROM usage_15m FINAL
     WHERE bucket >= ${second('from')} AND bucket < ${second('to')} AND credits > 0 GROUP BY org_id, product`,
    { from: toSeconds(hour), to: toSeconds(hour + HOUR_MS) },
  );
}

type HourRequest = Omit<FactsRequest, 'asOf'> & { readonly hour: number };
const pastHours = (hour: number): number[] =>
  Array.from({ length: PAST_WEEKS }, (_, week) => hour - (week + 1) * 7 * DAY_MS).filter((past) => past >= 0);

/** The credits of an hour, and what is usual in it. */
export async function readHour(
  client: ClickHouseClient,
  { orgId, product, sealed, hour }: HourRequest,
): Promise<{ readonly credits: number; readonly usual: number }> {
  const creditsOf = async (from: number): Promise<number> =>
    (await readTotal(client, { orgId, sealed, from, to: from + HOUR_MS, filters: { product } })).credits;
  const [credits = 0, ...past] = await Promise.all([hour, ...pastHours(hour)].map(creditsOf));
  return { credits, usual: medianOf(past) };
}

/** D: the main cause is one of those that used the most. */
const CANDIDATES = 5;

/** The user, app or route that explains the most of what an hour used beyond what is usual. */
export async function readMainCause(
  client: ClickHouseClient,
  { orgId, product, sealed, hour }: HourRequest,
): Promise<Cause | undefined> {
  const causes = await Promise.all((['user', 'app', 'route'] as const).map(causesBy));
  return mainCause(causes.flat());

  async function causesBy(dimension: 'user' | 'app' | 'route'): Promise<Cause[]> {
    const request = { orgId, sealed, groupBy: [dimension] };
    const { rows } = await readTopUsage(client, {
      ...request,
      from: hour,
      to: hour + HOUR_MS,
      filters: { product },
      top: CANDIDATES,
    });
    const subjects = rows.map(({ [dimension]: subject = '' }) => subject);
    const past = await Promise.all(
      pastHours(hour).map((from) =>
        readUsage(client, {
          ...request,
          from,
          to: from + HOUR_MS,
          filters: { product, [dimension]: subjects },
        }),
      ),
    );
    return rows.map(({ [dimension]: subject = '', credits }) => {
      const before = past.flat().filter((row) => row[dimension] === subject);
      const usual = Math.floor(before.reduce((sum, row) => sum + row.credits, 0) / PAST_WEEKS);
      return { dimension, subject, credits, usual };
    });
  }
}
