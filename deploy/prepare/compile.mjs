/** TypeScript to dist/, incrementally: half a second when nothing changed. */
import { runStep } from './command.mjs';
import { inRoot } from './root.mjs';

export async function compile() {
  // Types are checked by `npm run check` and `npm test`; starting only needs the JavaScript.
  const args = [inRoot('node_modules/typescript/bin/tsc'), '--noCheck', '-p', 'tsconfig.build.json'];
  await runStep('compiling', process.execPath, args);
}
