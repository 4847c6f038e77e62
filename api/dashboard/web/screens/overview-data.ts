import type { Credits, Returning, Usage } from '../answers.ts';
import { ask, orgPath, type Query } from '../state/client.ts';
import { DIMENSIONS, filterParams, type Dimension } from '../state/filters.ts';
import type { Load } from '../state/live.ts';
import { before, grainOf, rangeAt, type Range } from '../state/range.ts';

/** Named of each dimension; the others are shown together. Users are searched among these. */
const NAMED = 1_000;

/** All figures of one moment: the gauge says when, everything else is read up to then. */
export interface Overview {
  readonly credits: Credits;
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
}

export interface OverviewAsked {
  readonly org: string;
  readonly product: string;
  readonly zone: string;
  readonly isCompared: boolean;
}

export function loadOverview({ org, product, zone, isCompared }: OverviewAsked): Load<Overview> {
  return async (signal, publish) => {
    const ofProduct: Query = product === '' ? [] : [['product', product]];
    const credits = await ask<Credits>(orgPath(org, 'credits'), { query: ofProduct, signal });
    publish({ credits, returning: undefined, usage: undefined });
    const now = Date.parse(credits.as_of);
    const range = rangeAt(now);
    const usage = (of: Range, query: Query, without?: Dimension): Promise<Usage> =>
      ask<Usage>(orgPath(org, 'usage'), {
        query: [
          ['from', new Date(of.from).toISOString()],
          ['to', new Date(of.to).toISOString()],
          ['product', credits.product],
          ...filterParams(without),
          ...query,
        ],
        signal,
      });
    const grain: Query = [['group_by', grainOf(range)], ...zoneParam(zone)];
    const [returning, series, seriesBefore, ...named] = await Promise.all([
      ask<Returning>(orgPath(org, 'credits/returning'), {
        query: [...ofProduct, ['at', credits.as_of]],
        signal,
      }),
      usage(range, grain),
      isCompared ? usage(before(range), grain) : undefined,
      ...DIMENSIONS.map((dimension) =>
        usage(
          range,
          [
            ['group_by', dimension],
            ['top', String(NAMED)],
          ],
          dimension,
        ),
      ),
    ]);
    const [user, app, endpoint, method, status, module, rule, rejection_cause] = named;
    if (!user || !app || !endpoint || !method || !status || !module || !rule || !rejection_cause) {
      throw new Error('A dimension was not read.');
    }
    const by = { user, app, endpoint, method, status, module, rule, rejection_cause };
    return { credits, returning, usage: { range, series, seriesBefore, by } };
  };
}

const zoneParam = (zone: string): Query => (zone === '' ? [] : [['time_zone', zone]]);
