/** What the command-line programs have in common: how they end, and how they say what is wrong. */

/** The command line is not as the usage says. */
export class UsageError extends Error {
  readonly code = 'USAGE';
  constructor(problem: string, usage: string) {
    super(`${problem}\n\n${usage}`);
    this.name = 'UsageError';
  }
}

/** Runs a program on its arguments and prints what it returns. */
export async function runCommand(program: (args: readonly string[]) => Promise<string>): Promise<void> {
  try {
    process.stdout.write(`${(await program(process.argv.slice(2))).trimEnd()}\n`);
  } catch (error) {
    failCommand(error);
  }
}

/** Says on standard error why a program failed. Exit code 2 for a wrong command line, 1 for any other failure. */
export function failCommand(error: unknown): void {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

/** Errors with a code of ours say what to do; any other is a mistake of the program and shows where. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? error.message : (error.stack ?? error.message);
}
