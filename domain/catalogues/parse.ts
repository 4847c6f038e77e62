import type { Static, TSchema } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { parseUtcInstant } from '../instants.ts';
import type { Effective } from '../versions.ts';
import { InvalidCatalogueError, type CatalogueProblem } from './invalid-catalogue.ts';

export type Report = (code: string, path: string, message: string) => void;

/** How to parse one kind of catalogue: its shape, the rules within a version and those between versions. */
export interface CatalogueKind<Shape extends { effective_at: string }> {
  readonly name: string;
  /** Type guard that reports every problem of the shape. */
  readonly isShape: (json: unknown, path: string, report: Report) => json is Shape;
  readonly checkVersion: (version: Shape, path: string, report: Report) => void;
  /** Checks a version against all versions that take effect before it. */
  readonly checkSuccession: (earlier: readonly Shape[], later: Shape, path: string, report: Report) => void;
}

/**
 * The versions of a catalogue from JSON (an array of objects with `effective_at`, RFC 3339 in UTC), sorted by
 * effective date. D: the first version also applies before its date, as the first local day of the epoch begins before
 * the epoch.
 * @throws InvalidCatalogueError with every problem
 */
export function parseVersions<Shape extends { effective_at: string }>(
  kind: CatalogueKind<Shape>,
  json: unknown,
): readonly (Omit<Shape, 'effective_at'> & Effective)[] {
  const problems: CatalogueProblem[] = [];
  const report: Report = (code, path, message) => problems.push({ code, path, message });
  const read: { entry: Shape; version: Omit<Shape, 'effective_at'> & Effective; path: string }[] = [];
  if (!Array.isArray(json) || json.length === 0) {
    report('no-versions', '', 'must be a list of at least one version');
  } else {
    for (const [index, entry] of json.entries()) {
      const path = `/${index}`;
      if (!kind.isShape(entry, path, report)) continue;
      kind.checkVersion(entry, path, report);
      const { effective_at: text, ...rest } = entry;
      const effectiveAt = parseUtcInstant(text);
      if (effectiveAt === undefined) {
        const message = 'must be an RFC 3339 instant in UTC, to the millisecond';
        report('not-an-instant', `${path}/effective_at`, message);
      } else {
        read.push({ entry, version: { ...rest, effectiveAt }, path });
      }
    }
  }
  read.sort((a, b) => a.version.effectiveAt - b.version.effectiveAt);
  const earlier: Shape[] = [];
  for (const [index, { entry, version, path }] of read.entries()) {
    const before = read[index - 1];
    if (before?.version.effectiveAt === version.effectiveAt) {
      const message = `overlaps ${before.path}: both take effect at ${entry.effective_at}`;
      report('duplicate-effective-date', `${path}/effective_at`, message);
    }
    kind.checkSuccession(earlier, entry, path, report);
    earlier.push(entry);
  }
  if (problems.length > 0) throw new InvalidCatalogueError(kind.name, problems);
  return read.map((each) => each.version);
}

/** Whether the JSON matches the schema; reports every validation error under the path. */
export function hasShape<S extends TSchema>(
  schema: S,
  json: unknown,
  path: string,
  report: Report,
): json is Static<S> {
  const { check, validationErrors } = compiled(schema);
  if (check(json)) return true;
  for (const validationError of validationErrors(json))
    report('shape', `${path}${validationError.path}`, validationError.message);
  return false;
}

/** Reports a value that is not a whole number from `least` to `most`. */
export function checkInteger(value: number, least: number, most: number, path: string, report: Report): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    report('out-of-range', path, `is ${value}: must be a whole number from ${least} to ${most}`);
  }
}
