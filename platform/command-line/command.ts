import { printableText } from '../printable-text.ts';

/** How the command-line programs end and report errors. */

/** The command line does not match the usage. The message ends with the usage. */
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
    process.stdout.write(`${printableText((await program(process.argv.slice(2))).trimEnd())}\n`);
  } catch (error) {
    failCommand(error);
  }
}

/** Prints to standard error why a program failed. Exit code 2 for a wrong command line, 1 for any other failure. */
export function failCommand(error: unknown): void {
  process.stderr.write(`${printableText(messageOf(error))}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

/** The message of an error with a code, which says what to do; the stack trace of any other, which is a defect. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? error.message : (error.stack ?? error.message);
}
