import type { Credits, Returning, Usage } from '../answers.ts';
import { before, grainOf, type Range } from '../interval.ts';
import { ask, orgPath, type Query } from '../state/client.ts';
import { DIMENSIONS, filterParams, type Dimension } from '../state/filters.ts';
import type { Load } from '../state/live.ts';
import { rangeAt } from '../state/range.ts';

/** Named of each dimension; the others are shown together. Users are searched among these. */
const NAMED = 1_000;

/** All figures of one moment: the gauge says when, everything else is read up to then. */
export interface Overview {
  /** Both undefined of a product that is not subscribed to: its calls use nobody's credits. */
  readonly credits: Credits | undefined;
  readonly returning: Returning | undefined;
  /** Undefined while only the gauge has been read. */
  readonly usage: OverviewUsage | undefined;
}

export interface OverviewUsage {
  readonly range: Range;
  readonly series: Usage;
  /** The period before, of the same length; undefined where it is not compared with. */
  readonly seriesBefore: Usage | undefined;
  readonly by: Readonly<Record<Dimension, Usage>>;
  /** Of all products, subscribed to or not. */
  readonly byProduct: Usage;
}

export interface OverviewAsked {
  readonly org: string;
  /** Empty for the only one, or for all where none is subscribed to. */
  readonly product: string;
  /** Of a subscription; otherwise there is usage alone. */
  readonly hasCredits: boolean;
  readonly zone: string;
  readonly isCompared: boolean;
}

export function loadOverview(asked: OverviewAsked): Load<Overview> {
  const { org, hasCredits, zone, isCompared } = asked;
  const ofAsked = productParam(asked.product);
  return async (signal, publish) => {
    const credits = hasCredits
      ? await ask<Credits>(orgPath(org, 'credits'), { query: ofAsked, signal })
      : undefined;
    publish({ credits, returning: undefined, usage: undefined });
    const range = rangeAt(credits === undefined ? Date.now() : Date.parse(credits.as_of));
    const ofProduct = productParam(credits?.product ?? asked.product);
    const usage = (of: Range, query: Query, without?: Dimension): Promise<Usage> =>
      ask<Usage>(orgPath(org, 'usage'), {
        query: [
          ['from', new Date(of.from).toISOString()],
          ['to', new Date(of.to).toISOString()],
          ...filterParams(without),
          ...query,
        ],
        signal,
      });
    const grain: Query = [['group_by', grainOf(range)], ...ofProduct, ...zoneParam(zone)];
    const [returning, series, seriesBefore, byProduct, ...named] = await Promise.all([
      credits &&
        ask<Returning>(orgPath(org, 'credits/returning'), {
          query: [...ofProduct, ['at', credits.as_of]],
          signal,
        }),
      usage(range, grain),
      isCompared ? usage(before(range), grain) : undefined,
      usage(range, [['group_by', 'product']]),
      ...DIMENSIONS.map((dimension) =>
        usage(range, [['group_by', dimension], ['top', String(NAMED)], ...ofProduct], dimension),
      ),
    ]);
    const [user, app, endpoint, method, status, module, rule, rejection_cause] = named;
    if (!user || !app || !endpoint || !method || !status || !module || !rule || !rejection_cause) {
      throw new Error('A dimension was not read.');
    }
    const by = { user, app, endpoint, method, status, module, rule, rejection_cause };
    return { credits, returning, usage: { range, series, seriesBefore, by, byProduct } };
  };
}

const productParam = (product: string): Query => (product === '' ? [] : [['product', product]]);
const zoneParam = (zone: string): Query => (zone === '' ? [] : [['time_zone', zone]]);
