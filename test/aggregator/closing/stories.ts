import * as fc from 'fast-check';
import { daysByTicks, type TickDay } from '../../domain/calendar/days-by-ticks.ts';
import { history } from '../../domain/calendar/histories.ts';
import { FIRST_EDITIONS, type RawChange, type RawDelivery, type RawTerms, type Story } from './raw.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';

export const WINDOW_MS = 12 * DAY_MS;

/** A time zone, another one to which the organisation may move, and the start of a window. */
export interface Scene {
  readonly zone: string;
  readonly elsewhere: string;
  readonly from: number;
}

/** Around the interesting figures: the included credits of free and standard, the ends of slabs, the largest call. */
const CREDITS = [0, 1, 2_500, 4_999, 5_000, 5_001, 25_000, 30_000, 50_001, 100_000, 999_999, 1_000_000];
const LIMITS = [0, 1, 24_999, 25_000, 25_001, 100_000, 250_001, 1_000_000_000];
const GOLD = { product: 'crm', edition: 'gold', base: 7_000, per_user: 3, maximum: null };
const LATER_EDITIONS = [
  ...FIRST_EDITIONS.map(({ product, edition, base, per_user, maximum }) => ({
    product,
    edition,
    base: base + 1_000,
    per_user,
    maximum: maximum === null ? null : maximum + 500,
  })),
  GOLD,
];
const LATER_SLABS = [
  { credits: 1, rate_per_1000: '123456.123456789' },
  { credits: 30_000, rate_per_1000: '0.000000001' },
  { credits: null, rate_per_1000: '0.3' },
];

/** An instant: within a millisecond of the start of one of the window's days, or anywhere in that day. */
interface Moment {
  readonly day: number;
  readonly near: number | undefined;
  readonly offset: number;
}
const moment = fc.record({
  day: fc.nat({ max: 4 }),
  near: fc.constantFrom(-1, 0, 1, undefined, undefined),
  offset: fc.nat({ max: DAY_MS - 1 }),
});

const terms: fc.Arbitrary<RawTerms> = fc.oneof(
  fc.constantFrom(...LIMITS, -1).map((limit) => ({ limit })),
  fc.constantFrom('free', 'standard', 'ultimate', 'gold', 'platinum').map((edition) => ({ edition })),
  fc.constantFrom(0, 1, 10, 10_000_000).map((users) => ({ users })),
  fc
    .tuple(fc.constantFrom('free', 'standard', 'platinum'), fc.constantFrom(...LIMITS))
    .map(([edition, limit]) => ({ edition, limit })),
);
const product = fc.constantFrom('crm', 'crm', 'crm', 'bigin');

/** Changes of an organisation's own settings. `storyOf` begins its subscriptions. */
const orgChange = fc.record({
  appended: moment,
  effective: fc.option(moment, { freq: 1 }),
  what: fc.oneof(
    { weight: 6, arbitrary: fc.record({ product, terms }) },
    { weight: 1, arbitrary: fc.constantFrom('zone', 'billing-day' as const) },
  ),
});
const delivery = fc.record({
  at: moment,
  product: fc.constantFrom('crm', 'crm', 'crm', 'bigin', 'desk'),
  credits: fc.constantFrom(...CREDITS),
  /** For each repeat, whether it carries other credits. */
  repeats: fc.array(fc.boolean(), { maxLength: 2 }),
});

/** Small, so that a failure is readable. `order` shuffles the deliveries; `catalogue` changes the shared catalogues. */
const plot = fc.record({
  begins: fc.record({ crm: moment, bigin: fc.option(moment) }),
  first: fc.record({
    edition: fc.constantFrom('free', 'standard'),
    users: fc.constantFrom(1, 10),
    limit: fc.constantFrom(...LIMITS),
  }),
  changes: fc.array(orgChange, { maxLength: 4 }),
  catalogue: fc.option(fc.record({ appended: moment, effective: fc.option(moment), kind: fc.boolean() }), {
    freq: 3,
  }),
  events: fc.array(delivery, { minLength: 1, maxLength: 8 }),
  order: fc.nat({ max: 1_000 }),
});
type Plot = typeof plot extends fc.Arbitrary<infer T> ? T : never;

/** @param withCatalogues whether the catalogues change too */
export function stories(scenes: readonly Scene[], withCatalogues = true): fc.Arbitrary<Story> {
  return fc
    .tuple(fc.constantFrom(...scenes), plot)
    .map(([scene, each]) => storyOf(scene, each, withCatalogues));
}

const walked = new Map<string, TickDay[]>();
function daysOf(zone: string, from: number): TickDay[] {
  const key = `${zone} ${from}`;
  const days = walked.get(key) ?? daysByTicks(history([0, zone]), from, from + WINDOW_MS);
  walked.set(key, days);
  return days;
}

function storyOf({ zone, elsewhere, from }: Scene, plotted: Plot, withCatalogues: boolean): Story {
  const days = daysOf(zone, from);
  /** Nothing happens in the window's first two days, so that a change of zone lies well within the window. */
  const instant = ({ day, near, offset }: Moment): number => {
    const start = days[day + 1]?.from ?? from;
    return near === undefined ? start + offset : start + near;
  };
  const change = (appended: Moment, effective: Moment | null, what: RawChange['what']): RawChange => ({
    appendedAt: instant(appended),
    effectiveAt: effective ? instant(effective) : 0,
    what,
  });
  const { begins, first, changes, catalogue, events } = plotted;
  const begun: RawChange[] = [
    change(begins.crm, null, { kind: 'subscription', product: 'crm', terms: first }),
    ...(begins.bigin
      ? [
          change(begins.bigin, null, {
            kind: 'subscription' as const,
            product: 'bigin',
            terms: { edition: 'free', users: 1 },
          }),
        ]
      : []),
  ];
  const startOf = (name: string): number =>
    begun.find(({ what }) => what.kind === 'subscription' && what.product === name)?.appendedAt ?? Infinity;
  const own = changes.flatMap(({ appended, effective, what }): RawChange[] => {
    if (what === 'billing-day')
      return [change(appended, effective, { kind: what, day: 1 + (appended.offset % 31) })];
    if (what === 'zone') {
      const moved = change(appended, effective, { kind: what, zone: elsewhere });
      const isWellWithin = moved.appendedAt > from + 3 * DAY_MS;
      return isWellWithin ? [moved] : [];
    }
    // Leave out changes before the subscription begins: most are rejected as incomplete, and others would begin it.
    const changed = change(appended, effective, { kind: 'subscription', ...what });
    return changed.appendedAt > startOf(what.product) ? [changed] : [];
  });
  const catalogues =
    withCatalogues && catalogue
      ? [
          change(
            catalogue.appended,
            catalogue.effective,
            catalogue.kind
              ? { kind: 'editions', editions: LATER_EDITIONS }
              : { kind: 'prices', name: 'later', slabs: LATER_SLABS },
          ),
        ]
      : [];
  const ordered = [...begun, ...own, ...catalogues].toSorted((a, b) => a.appendedAt - b.appendedAt);
  const deliveries = events.flatMap(({ at, product: called, credits, repeats }, id): RawDelivery[] => {
    const event = { id, at: instant(at), product: called, credits };
    const conflicting = { ...event, credits: 777 };
    return [false, ...repeats].map((differs) => (differs ? conflicting : event));
  });
  const rank = (index: number): number => Math.imul(plotted.order * 31 + index, 0x9e3779b1) >>> 8;
  const shuffled = [...deliveries.entries()]
    .toSorted(([a], [b]) => rank(a) - rank(b))
    .map(([, each]) => each);
  return { zone, from, to: from + WINDOW_MS, changes: ordered, deliveries: shuffled };
}
