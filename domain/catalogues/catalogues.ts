import { InvalidCatalogueError } from './invalid-catalogue.ts';
import type { CatalogueProblem } from './invalid-catalogue.ts';
import { parseCosts } from './costs.ts';
import type { Costs } from './costs.ts';
import { findEdition, parseEditions } from './editions.ts';
import type { Edition, Editions } from './editions.ts';
import { parsePrices } from './prices.ts';
import type { PriceBook } from './prices.ts';
import { bundledCatalogueJson } from '../../schemas/bundled-catalogues.ts';
import { inEffectAt } from '../versions.ts';
import type { Effective } from '../versions.ts';

/** The three catalogues: data with effective dates, not code (domain.md, Catalogues). Each is sorted by effective date and never empty. */
export interface Catalogues {
  readonly editions: readonly Editions[];
  readonly prices: readonly PriceBook[];
  readonly costs: readonly Costs[];
}

export const CATALOGUE_NAMES = ['editions', 'prices', 'costs'] as const;
export type CatalogueName = (typeof CATALOGUE_NAMES)[number];

export function isCatalogueName(name: string): name is CatalogueName {
  return CATALOGUE_NAMES.some((known) => known === name);
}

/** Parses one catalogue from JSON, a list of versions. @throws InvalidCatalogueError with every problem */
export function parseCatalogue(name: CatalogueName, json: unknown): Partial<Catalogues> {
  return PARSERS[name](json);
}

const PARSERS: Record<CatalogueName, (json: unknown) => Partial<Catalogues>> = {
  editions: (json) => ({ editions: parseEditions(json) }),
  prices: (json) => ({ prices: parsePrices(json) }),
  costs: (json) => ({ costs: parseCosts(json) }),
};

/** Parses all three catalogues from JSON. @throws InvalidCatalogueError with the problems of all three */
export function parseCatalogues(json: { editions: unknown; prices: unknown; costs: unknown }): Catalogues {
  const problems: CatalogueProblem[] = [];
  const gather = <T>(name: string, parse: () => readonly T[]): readonly T[] => {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof InvalidCatalogueError)) throw error;
      for (const problem of error.problems) problems.push({ ...problem, path: `/${name}${problem.path}` });
      return [];
    }
  };
  const catalogues = {
    editions: gather('editions', () => parseEditions(json.editions)),
    prices: gather('prices', () => parsePrices(json.prices)),
    costs: gather('costs', () => parseCosts(json.costs)),
  };
  if (problems.length > 0) throw new InvalidCatalogueError('editions, prices and costs', problems);
  return catalogues;
}

/** The catalogues that the release ships with (schemas/bundled-catalogues.ts). */
export function bundledCatalogues(): Catalogues {
  return parseCatalogues(bundledCatalogueJson());
}

/** The price book in effect at an instant. */
export function priceBookAt(catalogues: Catalogues, instant: number): PriceBook {
  return versionAt(catalogues.prices, instant);
}

/** The call costs in effect at an instant. */
export function costsAt({ costs }: Pick<Catalogues, 'costs'>, instant: number): Costs {
  return versionAt(costs, instant);
}

export class UnknownEditionError extends Error {
  readonly code = 'UNKNOWN_EDITION';
  constructor(product: string, edition: string, known: readonly string[]) {
    const choice = known.length > 0 ? `choose one of ${known.join(', ')}` : 'the product has none';
    super(`The product ${product} has no edition ${edition} at that time: ${choice}.`);
    this.name = 'UnknownEditionError';
  }
}

/** An edition as in effect at an instant. @throws UnknownEditionError */
export function editionAt(
  catalogues: Catalogues,
  product: string,
  edition: string,
  instant: number,
): Edition {
  const { editions } = versionAt(catalogues.editions, instant);
  const found = findEdition(editions, product, edition);
  if (found !== undefined) return found;
  const known = editions.filter((each) => each.product === product).map((each) => each.edition);
  throw new UnknownEditionError(product, edition, known);
}

/** The first version also applies before its date, and parseVersions makes sure that there is one. */
function versionAt<V extends Effective>(versions: readonly V[], instant: number): V {
  const version = inEffectAt(versions, instant) ?? versions[0];
  if (version === undefined)
    throw new Error('A catalogue without versions: read it through parseCatalogues.');
  return version;
}
