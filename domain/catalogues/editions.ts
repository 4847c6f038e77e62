import { Type } from 'typebox';
import type { Static } from 'typebox';
import { checkInteger, hasShape, parseVersions } from './parse.ts';
import type { CatalogueKind, Report } from './parse.ts';
import type { Effective } from '../versions.ts';

/** An edition grants min(maximum, base + per_user x users) credits per 24 hours; null means no maximum. */
const Edition = Type.Object(
  {
    product: Type.String({ minLength: 1, maxLength: 128 }),
    edition: Type.String({ minLength: 1, maxLength: 128 }),
    base: Type.Number(),
    per_user: Type.Number(),
    maximum: Type.Unsafe<number | null>({ type: ['number', 'null'] }),
  },
  { additionalProperties: false },
);
export type Edition = Readonly<Static<typeof Edition>>;

/** One version as JSON: as published, recorded and shown. */
export const EditionsShape = Type.Object(
  { effective_at: Type.String(), editions: Type.Array(Edition, { minItems: 1 }) },
  { additionalProperties: false },
);
type EditionsShape = Static<typeof EditionsShape>;

/** Every edition of every product, in effect from an instant. */
export interface Editions extends Effective {
  readonly editions: readonly Edition[];
}

/** D: base + per_user x users is at most 1e9 + 1e8 x 1e7, which is a safe integer (below 9e15). */
const MAX_GRANT = 1_000_000_000;
const MAX_PER_USER = 100_000_000;
/** The most licensed users a subscription may have. */
export const MAX_USERS = 10_000_000;

const KIND: CatalogueKind<EditionsShape> = {
  name: 'editions',
  isShape: (json, path, report): json is EditionsShape => hasShape(EditionsShape, json, path, report),
  checkVersion({ editions }, path, report) {
    const keys = new Set<string>();
    for (const [index, edition] of editions.entries()) {
      const at = `${path}/editions/${index}`;
      checkInteger(edition.base, 0, MAX_GRANT, `${at}/base`, report);
      checkInteger(edition.per_user, 0, MAX_PER_USER, `${at}/per_user`, report);
      if (edition.maximum !== null) checkInteger(edition.maximum, 0, MAX_GRANT, `${at}/maximum`, report);
      const key = JSON.stringify([edition.product, edition.edition]);
      if (keys.has(key)) report('overlap', at, `lists ${edition.product} ${edition.edition} a second time`);
      keys.add(key);
    }
  },
  checkSuccession: checkNothingRemoved,
};

/** D: a later version keeps every edition of the version before, as subscriptions may still use it. */
function checkNothingRemoved(
  earlier: readonly EditionsShape[],
  later: EditionsShape,
  path: string,
  report: Report,
): void {
  const before = earlier.at(-1);
  for (const { product, edition } of before?.editions ?? []) {
    if (findEdition(later.editions, product, edition) === undefined) {
      const message = `lacks ${product} ${edition}, which subscriptions may use: keep it`;
      report('unknown-edition', `${path}/editions`, message);
    }
  }
}

/** The versions of the edition catalogue, sorted by effective date. @throws InvalidCatalogueError */
export function parseEditions(json: unknown): readonly Editions[] {
  return parseVersions(KIND, json);
}

export function findEdition(
  editions: readonly Edition[],
  product: string,
  edition: string,
): Edition | undefined {
  return editions.find((each) => each.product === product && each.edition === edition);
}
