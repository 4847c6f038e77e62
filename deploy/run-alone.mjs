/** `npm run bench [-- NAME ...]`: the hot paths against named alternatives, on servers of the run's own. */
import { prepareOrExit } from './prepare.mjs';

await prepareOrExit({ needsKafka: true });
await import('../dist/test/bench/main.js');
