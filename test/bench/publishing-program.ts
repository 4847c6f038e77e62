import { readConfig } from '../../platform/config.ts';
import { kafkaVariables } from '../../platform/kafka/variables.ts';
import { Type } from 'typebox';
import type { CallEventInput } from '../../schemas/call-event-input.ts';
import { callInput } from './calls.ts';

/** The environment of a program that publishes (publish.ts): which calls, and whereto. */
export const publishingConfig = readConfig(process.env, {
  ...kafkaVariables,
  CALLS: Type.Integer({ minimum: 1 }),
});

/** An API server makes each call when it happens: millions that were made before would cost garbage collection. */
const MADE_AT_MOST = 250_000;

/** Calls made before the measurement. Where they are fewer than CALLS, they are published again and again. */
export function publishedInputs(): CallEventInput[] {
  const { CALLS } = publishingConfig;
  const made = Math.min(CALLS, MADE_AT_MOST);
  if (CALLS % made !== 0) throw new Error(`CALLS is ${CALLS}, and no multiple of ${made}.`);
  return Array.from({ length: made }, (_, index) => callInput(index, Date.now()));
}

/** Reports that the program is ready, publishes when it gets a message, reports the end, and closes when it is let go. */
export function publishOnMessage(publish: () => Promise<void>, close: () => Promise<void>): void {
  process.on('message', () => {
    void publish().then(() => process.send?.('published'));
  });
  process.on('disconnect', () => void close());
  process.send?.('ready');
}
