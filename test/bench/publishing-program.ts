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

/** The calls to publish, made before the measurement. */
export const publishedInputs = (): CallEventInput[] =>
  Array.from({ length: publishingConfig.CALLS }, (_, index) => callInput(index, Date.now()));

/** Reports that the program is ready, publishes when it gets a message, reports the end, and closes when it is let go. */
export function publishOnMessage(publish: () => Promise<void>, close: () => Promise<void>): void {
  process.on('message', () => {
    void publish().then(() => process.send?.('published'));
  });
  process.on('disconnect', () => void close());
  process.send?.('ready');
}
