import { Type } from 'typebox';
import { parseCatalogues, type Catalogues } from '../../schemas/catalogues.ts';
import { findEdition } from '../../schemas/catalogues/editions.ts';
import { CatalogueInvalid } from '../../schemas/catalogues/parse.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import { effectiveAt, parseValue } from './apply-org.ts';
import { SettingsRefused } from './refused.ts';

export const CATALOGUE_KINDS = ['editions', 'prices', 'costs'] as const;
export type CatalogueKind = (typeof CATALOGUE_KINDS)[number];
export const isCatalogueKind = (kind: string): kind is CatalogueKind =>
  CATALOGUE_KINDS.some((known) => known === kind);

/** The catalogues' versions as JSON, as they are published and as the rules of schemas/catalogues/ read them. */
export type CatalogueJson = Readonly<Record<CatalogueKind, readonly unknown[]>>;

/**
 * The catalogues after one more version. Refused: an overlap, a negative price, slabs out of order, a version that
 * leaves out an edition which the one before has (subscriptions may hold it).
 */
export function applyCatalogueChange(
  before: CatalogueJson,
  change: LoggedChange & { readonly kind: CatalogueKind },
): { json: CatalogueJson; catalogues: Catalogues } {
  const version = parseValue(Type.Object({}), change.value);
  // The log decides when it takes effect: never before it was recorded.
  const dated = { ...version, effective_at: new Date(effectiveAt(change)).toISOString() };
  const json = { ...before, [change.kind]: [...before[change.kind], dated] };
  const catalogues = parsed(json);
  if (change.kind === 'editions') assertNoneLost(catalogues);
  return { json, catalogues };
}

function parsed(json: CatalogueJson): Catalogues {
  try {
    return parseCatalogues(json);
  } catch (error) {
    if (!(error instanceof CatalogueInvalid)) throw error;
    throw new SettingsRefused(
      error.problems[0]?.code ?? error.code,
      error.problems[0]?.path ?? '',
      error.message,
    );
  }
}

function assertNoneLost({ editions: versions }: Catalogues): void {
  versions.forEach((version, index) => {
    for (const { product, edition } of versions[index - 1]?.editions ?? []) {
      if (!findEdition(version.editions, product, edition)) {
        throw new SettingsRefused(
          'edition-left-out',
          '/editions',
          `${product} ${edition} is missing: subscriptions may hold it, so every later version must have it`,
        );
      }
    }
  });
}
