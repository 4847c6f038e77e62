/**
 * `npm run sdk`: the publishing SDK as an installable package in dist/sdk/. `npm run sdk -- --report` writes the report
 * of its public API anew instead: for a change that is meant.
 */
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectRoot } from '../schemas/root.ts';
import { prepareOrExit } from './prepare.ts';

await prepareOrExit({ needsKafka: false });
// Not at the top: they need packages.
if (process.argv.includes('--report')) {
  const { apiReport, sdkDeclarations } = await import('./sdk/declarations.ts');
  writeFileSync(join(projectRoot(), 'producers/sdk/api-report.txt'), apiReport(sdkDeclarations()));
} else {
  const { buildSdk } = await import('./sdk/build.ts');
  const tarball = await buildSdk(join(projectRoot(), 'dist/sdk'));
  console.log(relative(projectRoot(), tarball));
}
