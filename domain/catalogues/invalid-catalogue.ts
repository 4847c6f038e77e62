/** A problem and its place: `path` is a JSON pointer into the versions as submitted. */
export interface CatalogueProblem {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

/** A catalogue that cannot be used. Carries every problem found, not only the first. */
export class InvalidCatalogueError extends Error {
  readonly code = 'INVALID_CATALOGUE';
  readonly problems: readonly CatalogueProblem[];
  constructor(catalogue: string, problems: readonly CatalogueProblem[]) {
    super(
      `The catalogue of ${catalogue} is invalid; fix these problems and submit it again: ` +
        problems.map(({ path, message }) => `${path || '/'} ${message}`).join('; '),
    );
    this.name = 'InvalidCatalogueError';
    this.problems = problems;
  }
}
