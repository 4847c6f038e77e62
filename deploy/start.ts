/** `npm start`: prepares the checkout, then runs the local stack in this process, so that a signal has one receiver. */
import { prepareOrExit } from './prepare.ts';

console.error(`Node ${process.version} (${process.execPath})`);
await prepareOrExit({ needsKafka: !process.env['KAFKA_BROKERS'] });
await import('./local/main.ts');
