import { encodeCallEvent, callEventSchemaJson } from '../../../schemas/call-event.ts';
import { SINGLE_OBJECT_HEADER_BYTES } from '../../../schemas/avro.ts';
import { registryHeader } from '../../../schemas/registry-framing.ts';
import { createLogger } from '../../../platform/logging.ts';
import { connectKafka } from '../../../platform/kafka/connect.ts';
import type { DeadLetter, DeadLetterBytes } from '../../../store/dead-letters/dead-letter.ts';
import { SchemaReader } from '../../../store/dead-letters/schema-reader.ts';
import { DeadLetterValidator } from '../../../store/dead-letters/validator.ts';
import { APPENDED_AT_MS, eventOf, LIMITS } from '../../consumers/event.ts';
import { answerJson, TestSchemaRegistry } from '../../servers/schema-registry.ts';

let registry: TestSchemaRegistry;
beforeAll(async () => {
  registry = await new TestSchemaRegistry().start();
});
afterAll(() => registry.stop());

/** Of the current schema and of a registry: nothing here reads the topic of writer schemas. */
const logger = createLogger('test', 'silent');
const schemaReader = new SchemaReader(
  connectKafka({ KAFKA_BROKERS: '127.0.0.1:1' }, 'test', logger, 0),
  'schemas',
  'test',
  logger,
);

function validatorOf(now = APPENDED_AT_MS, withRegistry = true): DeadLetterValidator {
  return new DeadLetterValidator({
    callsTopic: 'calls',
    schemaReader,
    registry: withRegistry ? { url: registry.url } : undefined,
    limits: async () => LIMITS,
    now: () => now,
  });
}

function deadLetterOf(bytes: DeadLetterBytes | undefined, topic = 'calls'): DeadLetter {
  return {
    topic,
    partition: 0,
    offset: 7,
    reason: 'unknown-schema',
    detail: '',
    org_id: '',
    size_bytes: 0,
    appended: APPENDED_AT_MS,
    quarantined: APPENDED_AT_MS,
    state: 'open',
    replays: 0,
    replay_of: '',
    replayed_as: { topic: '', partition: 0, offset: 0, reason: '', replay: '', appended: 0 },
    bytes,
  };
}
const whole = (value: Buffer | null): DeadLetter => deadLetterOf({ key: null, value, isCut: false });
const event = encodeCallEvent(eventOf());
const framed = (id: number): Buffer =>
  Buffer.concat([registryHeader(id), event.subarray(SINGLE_OBJECT_HEADER_BYTES)]);

describe('a dead letter', () => {
  it.each([
    ['of a valid event counts', whole(event), { counts: true, reason: '' }],
    ['that is torn does not', whole(event.subarray(0, 50)), { counts: false, reason: 'not-an-event' }],
    ['that is null does not', whole(null), { counts: false, reason: 'not-an-event' }],
    ['of another topic cannot', deadLetterOf(undefined, 'settings'), { counts: false, reason: 'not-a-call' }],
    ['without bytes cannot', deadLetterOf(undefined), { counts: false, reason: 'no-bytes' }],
    [
      'that was cut cannot',
      deadLetterOf({ key: null, value: event, isCut: true }),
      { counts: false, reason: 'cut' },
    ],
  ])('%s', async (_, deadLetter, expected) => {
    expect(await validatorOf().validate([deadLetter])).toMatchObject([expected]);
  });

  it('is validated by the time of its replay, not by the time it was appended at first', async () => {
    const [late] = await validatorOf(APPENDED_AT_MS + LIMITS.latenessMs + 1).validate([whole(event)]);
    expect(late).toMatchObject({ counts: false, reason: 'too-late' });
    const ahead = encodeCallEvent(eventOf({ occurred_at: APPENDED_AT_MS + LIMITS.futureMs + 1 }));
    expect(await validatorOf().validate([whole(ahead)])).toMatchObject([{ reason: 'future-dated' }]);
    expect(await validatorOf(APPENDED_AT_MS + 1).validate([whole(ahead)])).toMatchObject([{ counts: true }]);
  });
});

describe('a dead letter framed for a schema registry', () => {
  it('counts as soon as the registry has its schema', async () => {
    const validator = validatorOf();
    const batch = [whole(event), whole(framed(41))];
    expect(await validator.validate(batch)).toMatchObject([{ counts: true }, { reason: 'unknown-schema' }]);
    registry.add(41, { schema: callEventSchemaJson });
    expect(await validator.validate(batch)).toMatchObject([{ counts: true }, { counts: true }]);
    expect(await validator.examine(whole(framed(41)))).toMatchObject({
      countsNow: { counts: true },
      message: { encoding: 'registry', schema: '41', stopped: undefined },
    });
  });

  it('names the missing setting without one', async () => {
    const [without] = await validatorOf(APPENDED_AT_MS, false).validate([whole(framed(41))]);
    expect(without?.detail).toContain('SCHEMA_REGISTRY_URL');
  });

  it('is an error while the registry is away: whether it counts is not known', async () => {
    registry.trouble = (answer) => answerJson(answer, 503, {});
    await expect(validatorOf().validate([whole(framed(41))])).rejects.toThrow(/it answered 503/);
    // It can be looked into all the same.
    expect(await validatorOf().examine(whole(framed(41)))).toMatchObject({
      countsNow: { counts: false, reason: 'not-checked' },
      message: { encoding: 'registry', schema: '41', fields: [] },
    });
    registry.trouble = undefined;
  });
});
