import type { Breakdown, Breakdowns, Credits, Returning, Usage } from '../answers.ts';
import { grainOf, previousRange, type Range } from '../intervals.ts';
import { fetchJson, orgPath } from '../state/client.ts';
import type { Query } from '../state/send.ts';
import { DIMENSIONS, filterOf, filterParams } from '../state/filters.ts';
import type { Load } from '../state/live.ts';
import { rangeAt } from '../state/time-range.ts';

/** Values named per dimension; the rest is summed up. The search looks among the named ones. */
const NAMED = 1_000;

/** All figures of one moment: the gauge gives the time, and everything else is read up to it. */
export interface Overview {
  /** Both undefined for a product without a subscription: it has no credits to use. */
  readonly credits: Credits | undefined;
  readonly returning: Returning | undefined;
  /** Undefined until more than the gauge is loaded. */
  readonly usage: OverviewUsage | undefined;
}

export interface OverviewUsage {
  readonly range: Range;
  readonly series: Usage;
  /** The previous period; undefined unless it is compared with. */
  readonly previousSeries: Usage | undefined;
  /**
   * By dimension, and by all products, subscribed or not. Without the endpoints where neither a route nor an endpoint is
   * chosen: they may be as many as the calls.
   */
  readonly by: ReadonlyMap<string, Breakdown>;
}

export interface OverviewRequest {
  readonly org: string;
  /** Empty for the only product, or for all products of an organisation without subscriptions. */
  readonly product: string;
  /** Whether the product has a subscription; otherwise there is usage only. */
  readonly hasCredits: boolean;
  /** The chosen zone; empty for the organisation's own. */
  readonly zone: string;
  readonly isCompared: boolean;
}

export function loadOverview(request: OverviewRequest): Load<Overview> {
  const { org, hasCredits, zone, isCompared } = request;
  return async (signal, publish) => {
    const credits = hasCredits
      ? await fetchJson<Credits>(orgPath(org, 'credits'), { query: productParam(request.product), signal })
      : undefined;
    publish({ credits, returning: undefined, usage: undefined });
    const range = rangeAt(credits === undefined ? Date.now() : Date.parse(credits.as_of));
    const ofProduct = productParam(credits?.product ?? request.product);
    const usage = (of: Range, query: Query): Promise<Usage> =>
      fetchJson<Usage>(orgPath(org, 'usage'), {
        query: [...rangeQuery(of), ...filterParams(), ...query],
        signal,
      });
    const grain: Query = [['group_by', grainOf(range)], ...ofProduct, ...zoneParam(zone)];
    const dimensions = DIMENSIONS.filter((dimension) => dimension !== 'endpoint' || hasEndpoints());
    const [returning, series, previousSeries, { breakdowns }] = await Promise.all([
      credits &&
        fetchJson<Returning>(orgPath(org, 'credits/returning'), {
          query: [...ofProduct, ['at', credits.as_of]],
          signal,
        }),
      usage(range, grain),
      isCompared ? usage(previousRange(range), grain) : undefined,
      fetchJson<Breakdowns>(orgPath(org, 'usage/breakdowns'), {
        query: [
          ...rangeQuery(range),
          ['by', ['product', ...dimensions].join(',')],
          ['top', String(NAMED)],
          ...filterParams(),
          ...ofProduct,
        ],
        signal,
      }),
    ]);
    const by = new Map(breakdowns.map((breakdown) => [breakdown.by, breakdown]));
    return { credits, returning, usage: { range, series, previousSeries, by } };
  };
}

const hasEndpoints = (): boolean => filterOf('route').length > 0 || filterOf('endpoint').length > 0;

/** The range of a request of usage. */
export const rangeQuery = ({ from, to }: Range): Query => [
  ['from', new Date(from).toISOString()],
  ['to', new Date(to).toISOString()],
];
export const productParam = (product: string): Query => (product === '' ? [] : [['product', product]]);
export const zoneParam = (zone: string): Query => (zone === '' ? [] : [['time_zone', zone]]);
