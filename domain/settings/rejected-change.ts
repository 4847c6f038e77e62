/** What is wrong with a change, and where: `path` is a JSON pointer into the change's value, '' for the whole. */
export interface RefusalProblem {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}

/** A change of settings that the rules do not allow. It stays in the log, is shown as refused, and changes nothing. */
export class SettingsRefused extends Error {
  /** The first problem's. */
  readonly code: string;
  readonly path: string;
  /** Every problem found; never empty. */
  readonly problems: readonly RefusalProblem[];
  constructor(first: RefusalProblem, ...more: readonly RefusalProblem[]) {
    const problems = [first, ...more];
    super(problems.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; '));
    this.name = 'SettingsRefused';
    this.code = first.code;
    this.path = first.path;
    this.problems = problems;
  }
}

/** A refusal for one reason. The message follows the path in what the user reads: "/users must be an integer". */
export function refusal(code: string, path: string, message: string): SettingsRefused {
  return new SettingsRefused({ code, path, message });
}
