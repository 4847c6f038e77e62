/** `npm run check`, its part on the layers: `--matrix` prints the imports between them, for ARCHITECTURE.md. */
import { projectRoot } from '../../schemas/root.ts';
import { importMatrix, impureImports, LAYERS, readSources, upwardImports } from './layers.ts';

const row = (cells: readonly (string | number)[]): string =>
  `${cells.map((cell) => String(cell).padStart(10)).join(' ')}\n`;

const sources = readSources(projectRoot());
if (process.argv.includes('--matrix')) {
  const folders = LAYERS.flat();
  process.stdout.write(row(['', ...folders]));
  for (const [index, counts] of importMatrix(sources).entries()) {
    process.stdout.write(row([folders[index] ?? '', ...counts]));
  }
} else {
  const problems = [...upwardImports(sources), ...impureImports(sources)];
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(
    `layers: ${problems.length === 0 ? 'ok' : `${problems.length} imports to turn around`}\n`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}
