import { InvalidCatalogueError } from '../../../domain/catalogues/invalid-catalogue.ts';

/** The problems of an invalid catalogue as `code path`; fails where it is valid. */
export function problemsOf(parse: () => unknown): string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof InvalidCatalogueError)
      return error.problems.map(({ code, path }) => `${code} ${path}`);
    throw error;
  }
  throw new Error('the catalogue is valid');
}

export const book = (effectiveAt: string, name: string, ...slabs: [number | null, string][]): object => ({
  effective_at: effectiveAt,
  name,
  currency: 'USD',
  minor_unit_digits: 2,
  slabs: slabs.map(([credits, rate]) => ({ credits, rate_per_1000: rate })),
});
export const start = '1970-01-01T00:00:00Z';

export const crmFree = { product: 'crm', edition: 'free', base: 5, per_user: 0, maximum: 5 };
export const editionsFrom = (effectiveAt: string, ...list: object[]): object => ({
  effective_at: effectiveAt,
  editions: list,
});
