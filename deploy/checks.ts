/** The checks of `npm run check` and `npm test`: the layers, types and lint, format. */
import { endCommandsOnSignal, runCommand } from './prepare/command.ts';

const CHECKS = [
  { name: 'layers', program: ['test/architecture/check.ts'] },
  {
    name: 'types and lint',
    program: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--type-check', '--deny-warnings'],
  },
  { name: 'format', program: ['node_modules/oxfmt/bin/oxfmt', '--check'] },
] as const;

/** Runs them side by side and prints a line for each, with its output where it fails. @returns how many failed */
export async function runChecks(): Promise<number> {
  const stopListening = endCommandsOnSignal();
  const results = await Promise.all(
    CHECKS.map(async ({ name, program }) => {
      const startedAt = Date.now();
      const { code, output } = await runCommand(process.execPath, program);
      const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
      console.log(code === 0 ? `${name}: ok (${seconds} s)` : `${name}: FAILED\n${output.trim()}`);
      return code === 0;
    }),
  );
  stopListening();
  return results.filter((ok) => !ok).length;
}
