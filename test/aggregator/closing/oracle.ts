import type { Versions } from '../../../domain/settings/org-history.ts';
import { daysByTicks, type TickDay } from '../../domain/calendar/days-by-ticks.ts';
import { priceByBigInt } from '../../domain/pricing/bigint-oracle.ts';
import { FIRST_EDITIONS, FIRST_SLABS, type RawChange, type RawEdition, type Story } from './raw.ts';

/** The charge of one day and product as domain.md defines it, in whole numbers; `amount` in 10^-12 of the currency. */
export interface OracleCharge {
  readonly day: string;
  readonly product: string;
  readonly used: bigint;
  readonly included: bigint;
  readonly limit: bigint;
  readonly billed: bigint;
  readonly overLimit: bigint;
  readonly amount: bigint;
}

const max = (values: readonly bigint[]): bigint => values.reduce((a, b) => (a > b ? a : b));

/** When a change takes effect: when it is recorded, or later. */
const effective = ({ appendedAt, effectiveAt }: RawChange): number => Math.max(appendedAt, effectiveAt);

/** The latest value that took effect by an instant; of several at the same instant, the one recorded last. */
function latest<T>(dated: readonly (readonly [at: number, value: T])[], instant: number): T | undefined {
  let found: readonly [number, T] | undefined;
  for (const entry of dated) {
    if (entry[0] <= instant && (found === undefined || entry[0] >= found[0])) found = entry;
  }
  return found?.[1];
}

/** Every expected charge: of each whole local day of the window on which a subscription used credits. */
export function chargesByOracle(story: Story): OracleCharge[] {
  const editionTables: (readonly [number, readonly RawEdition[]])[] = [[-Infinity, FIRST_EDITIONS]];
  const books: (readonly [number, typeof FIRST_SLABS])[] = [[-Infinity, FIRST_SLABS]];
  for (const change of story.changes) {
    if (change.what.kind === 'editions') editionTables.push([effective(change), change.what.editions]);
    if (change.what.kind === 'prices') books.push([effective(change), change.what.slabs]);
  }
  const used = usedByOracle(story);
  const charges: OracleCharge[] = [];
  for (const [key, credits] of used) {
    const { day, product } = key;
    if (credits === 0n) continue;
    const terms = grantedOn(story, day, product, editionTables);
    if (terms === undefined) continue;
    const { included, limit } = terms;
    const additional = credits > included ? credits - included : 0n;
    const billed = additional < limit ? additional : limit;
    const amount = priceByBigInt(latest(books, day.from) ?? FIRST_SLABS, Number(billed));
    charges.push({
      day: day.date,
      product,
      used: credits,
      included,
      limit,
      billed,
      overLimit: additional - billed,
      amount,
    });
  }
  return charges;
}

/** The whole local days of the window. */
export function daysByOracle({ zone, from, to, changes }: Story): TickDay[] {
  const versions: Versions<string> = [
    version(0, zone),
    ...changes.flatMap((change) =>
      change.what.kind === 'zone' ? [version(effective(change), change.what.zone)] : [],
    ),
  ];
  return daysByTicks(versions, from, to);
}

const version = (effectiveAt: number, value: string) => ({
  effectiveAt,
  value,
  recordedAt: effectiveAt,
  recordedBy: '',
  reason: '',
});

function usedByOracle(story: Story): [{ day: TickDay; product: string }, bigint][] {
  const ids = new Set<number>();
  const distinct = story.deliveries.filter(({ id }) => !ids.has(id) && ids.add(id));
  return daysByOracle(story).flatMap((day) =>
    ['crm', 'bigin'].map((product): [{ day: TickDay; product: string }, bigint] => {
      const own = distinct.filter(
        (each) => each.product === product && each.at >= day.from && each.at < day.to,
      );
      return [{ day, product }, own.reduce((sum, { credits }) => sum + BigInt(credits), 0n)];
    }),
  );
}

/** The highest included credits and the highest limit in effect at any instant of the day. */
function grantedOn(
  { changes }: Story,
  day: TickDay,
  product: string,
  tables: readonly (readonly [number, readonly RawEdition[]])[],
): { included: bigint; limit: bigint } | undefined {
  const editionOf = (name: string, at: number): RawEdition | undefined =>
    latest(tables, at)?.find((each) => each.product === product && each.edition === name);
  const editions: [number, string][] = [];
  const users: [number, number][] = [];
  const limits: [number, number][] = [];
  for (const change of changes) {
    if (change.what.kind !== 'subscription' || change.what.product !== product) continue;
    const at = effective(change);
    const { edition, users: count, limit } = change.what.terms;
    // The change is rejected as a whole.
    if (edition !== undefined && !editionKnown(changes, change, edition, product)) continue;
    if (limit !== undefined && limit < 0) continue;
    if (edition !== undefined) editions.push([at, edition]);
    if (count !== undefined) users.push([at, count]);
    if (limit !== undefined) limits.push([at, limit]);
  }
  const instants = [...tables, ...editions, ...users, ...limits]
    .map(([at]) => at)
    .filter((at) => at > day.from && at < day.to);
  const grants = [day.from, ...instants].flatMap((at) => {
    const [name, count] = [latest(editions, at), latest(users, at)];
    const edition = name === undefined ? undefined : editionOf(name, at);
    if (edition === undefined || count === undefined) return [];
    const granted = BigInt(edition.base) + BigInt(edition.per_user) * BigInt(count);
    const most = edition.maximum === null ? granted : BigInt(edition.maximum);
    return [{ included: granted < most ? granted : most, limit: BigInt(latest(limits, at) ?? 0) }];
  });
  if (grants.length === 0) return undefined;
  return {
    included: max(grants.map(({ included }) => included)),
    limit: max(grants.map(({ limit }) => limit)),
  };
}

/** Whether the catalogue recorded so far has the edition at the instant at which the change takes effect. */
function editionKnown(
  changes: readonly RawChange[],
  change: RawChange,
  edition: string,
  product: string,
): boolean {
  const tables = changes
    .slice(0, changes.indexOf(change))
    .flatMap((each): [number, readonly RawEdition[]][] =>
      each.what.kind === 'editions' ? [[effective(each), each.what.editions]] : [],
    );
  const table = latest(tables, effective(change)) ?? FIRST_EDITIONS;
  return table.some((each) => each.product === product && each.edition === edition);
}
