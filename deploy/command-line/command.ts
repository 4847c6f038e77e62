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
  // Errors with a code of ours say what to do; any other is a mistake of the program and shows where.
  const known = error instanceof Error && 'code' in error;
  process.stderr.write(`${known ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = known && error.code === 'USAGE' ? 2 : 1;
}
