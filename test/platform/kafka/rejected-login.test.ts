import { createRequire } from 'node:module';
import { Kafka } from '../../../platform/kafka/kafkajs.ts';

const require = createRequire(import.meta.url);
interface ProtocolErrors {
  createErrorFromCode(code: number): { readonly type: string; readonly retriable: boolean };
}

it('a request on a connection whose login was rejected is repeated on another one, and ends no process', () => {
  const errors: ProtocolErrors = require('kafkajs/src/protocol/error.js');
  expect(Kafka).toBeDefined();
  expect(errors.createErrorFromCode(34)).toMatchObject({ type: 'ILLEGAL_SASL_STATE', retriable: true });
  expect(errors.createErrorFromCode(29)).toMatchObject({ retriable: false });
});
