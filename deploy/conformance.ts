/** `npm run conformance`: writes the vectors that publishers in other languages verify (conformance/README.md). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from '../schemas/root.ts';
import { prepareOrExit } from './prepare.ts';

await prepareOrExit({ needsKafka: false });
// Not at the top: it needs packages.
const { VECTORS_FILE, vectorsJson } = await import('./conformance/kit.ts');
const file = join(projectRoot(), VECTORS_FILE);
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, vectorsJson());
console.log(VECTORS_FILE);
