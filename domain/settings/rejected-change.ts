/** A problem of a change and its place: `path` is a JSON pointer into the change's value, '' for the whole. */
export interface ChangeProblem {
  /** Kebab-case, as it is shown in the history of changes (HTTP). */
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

/** A change of settings that breaks the rules. It stays in the log, is shown as rejected, and has no effect. */
export class SettingsRejectedError extends Error {
  /** Code and path are those of the first problem. */
  readonly code: string;
  readonly path: string;
  /** Every problem found; never empty. */
  readonly problems: readonly ChangeProblem[];
  constructor(first: ChangeProblem, ...more: readonly ChangeProblem[]) {
    const problems = [first, ...more];
    super(problems.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; '));
    this.name = 'SettingsRejectedError';
    this.code = first.code;
    this.path = first.path;
    this.problems = problems;
  }
}

/** A rejection with one problem. The user reads path and message as one sentence: "/users must be an integer". */
export function rejectedChange(code: string, path: string, message: string): SettingsRejectedError {
  return new SettingsRejectedError({ code, path, message });
}
