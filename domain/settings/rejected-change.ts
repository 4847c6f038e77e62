/** What is wrong with a change, and where: `path` is a JSON pointer into the change's value, '' for the whole. */
export interface ChangeProblem {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

/** A change of settings that the rules do not allow. It stays in the log, is shown as refused, and changes nothing. */
export class SettingsRejectedError extends Error {
  /** The first problem's. */
  readonly code: string;
  readonly path: string;
  /** Every problem found; never empty. */
  readonly problems: readonly ChangeProblem[];
  constructor(first: ChangeProblem, ...more: readonly ChangeProblem[]) {
    const problems = [first, ...more];
    super(problems.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; '));
    this.name = 'SettingsRefused';
    this.code = first.code;
    this.path = first.path;
    this.problems = problems;
  }
}

/** A refusal for one reason. The message follows the path in what the user reads: "/users must be an integer". */
export function rejectedChange(code: string, path: string, message: string): SettingsRejectedError {
  return new SettingsRejectedError({ code, path, message });
}
