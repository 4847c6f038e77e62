import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { calendarOf } from '../../domain/calendar/calendar.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import { wholeFrom, type KeptEvents } from '../../schemas/event-rules.ts';
import { readOpenDifferences, recordFound, type OpenDifference } from '../../store/reconciliation/found.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import type { Closing } from '../closing/close-days.ts';
import { applyRecomputed } from '../recompute/apply.ts';
import { FrozenDayError, recompute, type Recomputed } from '../recompute/recompute.ts';
import { compareSealed } from '../recompute/recount.ts';
import { checkUnits } from './units.ts';

export interface Repairer {
  readonly closing: Closing;
  /** Of the tables of each server (platform/clickhouse/cluster.ts), of a user who may delete rows. */
  readonly nodes: readonly ClickHouseClient[];
  readonly settings: SettingsState;
  readonly kept: KeptEvents;
}

/** What was done about a difference, in words; empty where it is for people to do. */
export interface Repair {
  readonly difference: OpenDifference;
  readonly isDone: boolean;
  readonly result: string;
}

const SEALED_AGAIN: ReadonlySet<string> = new Set([
  'rollup-differs',
  'breakdown-differs',
  'charge-differs',
  'day-not-charged',
]);

/**
 * Repairs a difference as far as that can be done from what ClickHouse has: seals its hours again from the events and closes its days again, as recompute does, or copies
 * the charges of a day to the feed. It touches nothing where the rollup knows more calls than there are events: then
 * events may be lost, and the rollup is what is left of them.
 */
export async function repair(repairer: Repairer, difference: OpenDifference): Promise<Repair> {
  const { client } = repairer.closing;
  if (difference.name === 'feed-differs') {
    await client.command({
      query: 'INSERT INTO charges_by_day SELECT * FROM daily_charges WHERE toString(day) = {day:String}',
      query_params: { day: difference.place.day ?? '' },
    });
    return { difference, isDone: true, result: 'copied the charges of the day to the feed' };
  }
  if (!SEALED_AGAIN.has(difference.name)) return { difference, isDone: false, result: '' };
  if (difference.name === 'day-not-charged') await takeFromFeed(client, difference);
  try {
    const found = await recount(repairer, difference);
    const lost = found
      .flatMap(({ recomputed }) => recomputed.buckets)
      .find(({ table, sealed, counted }) => table === 'usage_15m' && sealed.calls > counted.calls);
    if (lost) {
      const result = `not repaired: the rollup has ${lost.sealed.calls} calls in a quarter hour with ${lost.counted.calls} events, so events may be lost. Restore or land them again; if the rollup is wrong: npm run recompute -- --apply`;
      return { difference, isDone: false, result };
    }
    let revisions = 0;
    for (const { orgId, recomputed } of found)
      revisions += await applyRecomputed(repairer.closing, repairer.nodes, { orgId }, recomputed);
    return { difference, isDone: true, result: `sealed again, ${revisions} revision(s) appended` };
  } catch (error) {
    if (!(error instanceof FrozenDayError)) throw error;
    return { difference, isDone: false, result: error.message };
  }
}

/** The feed's copy of a charge is the record itself, so that its revision stays the one that was billed. */
async function takeFromFeed(client: ClickHouseClient, { place }: OpenDifference): Promise<void> {
  const { org_id: org, product, day } = place;
  await client.command({
    query: `INSERT INTO daily_charges SELECT * FROM charges_by_day FINAL
      WHERE org_id = {org:String} AND product = {product:String} AND toString(day) = {day:String}`,
    query_params: { org, product, day },
  });
}

interface Recounted {
  readonly orgId: string;
  readonly recomputed: Recomputed;
}

/** The organisation's days that the difference lies in, counted again: of each subscription, or only their hours. */
async function recount(
  { closing: { client, now }, settings, kept }: Repairer,
  { place }: OpenDifference,
): Promise<Recounted[]> {
  const { org_id: orgId = '', from: placeFrom = 0, to: placeTo = 0 } = place;
  const org = settings.history(orgId);
  const products = (org?.subscriptions ?? []).map(({ product }) => product);
  const wanted = place.day === undefined ? products : products.filter((each) => each === place.product);
  if (!org || wanted.length === 0) {
    const progress = await readProgress(client);
    const hours = { date: '', from: placeFrom, to: placeTo };
    const buckets = await compareSealed(client, orgId, hours, progress);
    return [
      { orgId, recomputed: { days: [], openDays: [], buckets, charges: [], sealedUntil: progress.sealed } },
    ];
  }
  const days = calendarOf(org.timeZone).daysBetween(placeFrom, placeTo);
  const [from, to] = [days[0]?.date ?? '', calendarOf(org.timeZone).dayAt(days.at(-1)?.to ?? 0).date];
  const found: Recounted[] = [];
  for (const product of wanted) {
    const recomputed = await recompute({ client, settings, org, kept, product, from, to, now: now() });
    found.push({ orgId, recomputed });
  }
  return found;
}

/** Checks the units of differences again and records the outcome. @returns those that are still there */
export async function recheck(
  { closing: { client, now }, settings, kept }: Repairer,
  differences: readonly OpenDifference[],
): Promise<OpenDifference[]> {
  const at = now();
  const units = [...new Set(differences.map(({ unit }) => unit))];
  const context = { client, settings, now: at, recurAfterMs: 0, wholeSince: wholeFrom(kept, at) };
  await recordFound(client, await checkUnits(context, units), differences, at);
  const open = await readOpenDifferences(client);
  return open.filter(({ unit }) => units.includes(unit));
}
