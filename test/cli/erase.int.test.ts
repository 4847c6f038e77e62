import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import avro from 'avsc';
import { Type } from 'typebox';
import { sealEndedHours } from '../../aggregator/sealing/seal-hours.ts';
import { deadLetterCommand } from '../../cli/dead-letter-command.ts';
import { eraseCommand } from '../../cli/erase-command.ts';
import { floorTo } from '../../domain/instants.ts';
import { connectClickHouse, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { fingerprint, singleObjectHeader } from '../../schemas/avro.ts';
import { alertIdOf, decisionIdOf, deliveryIdOf, type Decision } from '../../domain/alerts/alert.ts';
import { encodeAlertRecord } from '../../schemas/alert-record.ts';
import { callEventSchemaJson, encodeCallEvent } from '../../schemas/call-event.ts';
import { recordAttempts } from '../../store/alerts/attempts.ts';
import { readAlerts } from '../../store/alerts/list.ts';
import { factsOf } from '../../store/alerts/log.ts';
import { readDeliveries } from '../../store/alerts/deliveries.ts';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { readUsage } from '../../store/usage/read.ts';
import { columnsWith } from '../aggregator/erasing/personal-data.ts';
import { killConsumers, startConsumer } from '../consumers/consumer-process.ts';
import { eventOf } from '../consumers/event.ts';
import { openLandingStack, type LandingStack } from '../consumers/landing-stack.ts';
import { until } from '../until.ts';
import { PROGRAM_ENV } from '../servers/program-env.ts';

const ORG = 'acme';
const PERSON = 'anna.lind@example.com';
const ADDRESS = '203.0.113.77';
const NOW = Date.now();
const THIS_HOUR = floorTo(NOW, HOUR_MS);

let stack: LandingStack;
let client: ClickHouseClient;
const dir = mkdtempSync(join(tmpdir(), 'api-credits-erase-'));
beforeAll(async () => {
  stack = await openLandingStack('erase');
  client = connectClickHouse(stack.settings, 'erase test');
});
afterAll(async () => {
  await killConsumers();
  await client.close();
  await stack.close();
  rmSync(dir, { recursive: true });
});

const environment = () => ({ ...PROGRAM_ENV, ...stack.settings });
const erase = (...args: string[]): Promise<string> => eraseCommand(args, environment());

const call = (seed: string, occurred_at: number, user_id = PERSON) =>
  eventOf({ occurred_at, org_id: ORG, user_id, source_address: user_id === PERSON ? ADDRESS : '' }, seed);

/** Another publisher's schema, which is published later. */
function newerSchema() {
  const { fields, ...record }: { fields: object[] } = JSON.parse(callEventSchemaJson);
  const json = JSON.stringify({ ...record, fields: [...fields, { name: 'region', type: 'string' }] });
  const schema: avro.Schema = JSON.parse(json);
  const type = avro.Type.forSchema(schema);
  return {
    encode: (event: ReturnType<typeof eventOf>): Buffer => {
      const event_id = Buffer.from(event.event_id.replaceAll('-', ''), 'hex');
      return Buffer.concat([singleObjectHeader(type), type.toBuffer({ ...event, event_id, region: 'eu' })]);
    },
    publish: () =>
      stack.producer.send({
        topic: stack.topics.writerSchemas,
        acks: -1,
        messages: [{ key: fingerprint(type).toString('hex'), value: json }],
      }),
  };
}

const usage = async () => {
  const rows = await readUsage(client, {
    orgId: ORG,
    from: NOW - 2 * DAY_MS,
    to: NOW + HOUR_MS,
    groupBy: ['user', 'hour'],
  });
  return rows.map(({ user, hour, calls, credits }) => ({ user, hour, calls, credits }));
};
const figuresOf = (rows: Awaited<ReturnType<typeof usage>>, person: string | undefined) =>
  rows
    .map((row) => JSON.stringify({ ...row, user: row.user === person ? 'the person' : row.user }))
    .toSorted();

const LandedRow = Type.Object({ records: Type.Integer() });
const landedRecords = async (): Promise<number> =>
  (
    await stack.ask(
      LandedRow,
      `SELECT toInt64(sum(rows) + sum(quarantined)) AS records FROM landed_ranges WHERE topic = '${stack.topics.calls}'`,
    )
  )[0]?.records ?? 0;

const RULE = { orgId: ORG, product: 'crm', ruleId: 'one-user' };
/** An alert about a user, or about an hour of which a user is the main cause. */
function alertRecord(phase: Decision['phase'], subject: string, cause = ''): Buffer {
  const message = cause
    ? `From 13:00 to 14:00 UTC 900 credits were used, usually 10. Mainly the user ${cause}: 800, usually 1.`
    : `The user ${subject} has used 3,000 of the 5,000 credits (60 %).`;
  const facts = { threshold: '50', value: '60', unit: 'percent', message, as_of: NOW };
  const key = { ...RULE, ruleId: cause ? 'hour' : RULE.ruleId, subject };
  return encodeAlertRecord({
    record_id: decisionIdOf(phase, key, 1),
    org_id: ORG,
    kind: phase,
    product: key.product,
    rule_id: key.ruleId,
    subject,
    number: 1,
    value: JSON.stringify({ kind: cause ? 'unusual-hour' : 'user-share', ...facts }),
  });
}
const appendAlerts = (...values: Buffer[]) =>
  stack.producer.send({
    topic: stack.topics.alerts,
    acks: -1,
    messages: values.map((value) => ({ key: ORG, value })),
  });
const alerts = () => readAlerts(client, { orgId: ORG, isOpenOnly: false, limit: 10 });
const deliveries = () => readDeliveries(client, { orgId: ORG, limit: 10 });
/** As the process that delivers: of the alert about the person. */
const deliver = (subject: string) =>
  recordAttempts(client, [
    {
      org_id: ORG,
      destination_id: 'ops',
      kafka_offset: 0,
      round: 0,
      attempt: 1,
      delivery_id: deliveryIdOf(decisionIdOf('raised', { ...RULE, subject }, 1), 'ops'),
      event: 'alert.raised',
      alert_id: alertIdOf({ ...RULE, subject }, 1),
      created_at: NOW,
      attempted_at: NOW,
      duration_ms: 1,
      outcome: 'delivered',
      status: 200,
      error: '',
      next_at: NOW,
    },
  ]);

const found = async () => [
  ...(await columnsWith(stack.settings, PERSON)),
  ...(await columnsWith(stack.settings, ADDRESS)),
];

it('erases a person from everything that landed, and a redelivery or a replay does not bring the id back', async () => {
  const schema = newerSchema();
  const consumer = startConsumer(stack.settings);
  const calls = [
    ...[1, 2, 3].map((index) => call(`sealed ${index}`, THIS_HOUR - DAY_MS + index)),
    ...[1, 2].map((index) => call(`open ${index}`, NOW - index)),
    call('other', THIS_HOUR - DAY_MS, 'bob'),
  ];
  const tooLate = encodeCallEvent(call('too late', NOW - 40 * DAY_MS));
  const unknown = schema.encode(call('unknown schema', THIS_HOUR - DAY_MS + 50));
  const text = Buffer.from(JSON.stringify({ user: PERSON, from: ADDRESS }));
  await stack.publishBytes(0, [...calls.map(encodeCallEvent), tooLate, unknown, text], ORG);
  await stack.untilLanded();
  await appendAlerts(
    alertRecord('raised', PERSON),
    alertRecord('raised', '', PERSON),
    alertRecord('raised', 'bob'),
  );
  await until('the alerts have landed', async () => (await alerts()).length === 3);
  await deliver(PERSON);
  await sealEndedHours(client, THIS_HOUR, 0);
  const before = figuresOf(await usage(), PERSON);
  expect(await found()).toEqual([
    'alert_log.subject',
    'alert_log.value',
    'call_events.user_id',
    'dead_letter_bytes.value',
    'usage_15m_by.user_id',
    'usage_15m_by_user.user_id',
    'call_events.source_address',
    'dead_letter_bytes.value',
  ]);

  writeFileSync(join(dir, 'users'), `${PERSON}\n`);
  const reportFile = join(dir, 'report.json');
  const report = await erase('--org', ORG, '--users', join(dir, 'users'), '--report', reportFile);
  expect(report).not.toContain(PERSON);
  expect(report).toMatch(/1 person\(s\) erased in acme.*erased-[0-9a-f]{32} +5 +\d+ +2 +2 +1\n/s);
  expect(report).toMatch(/Dead letters:\n.*\n +1 +3 +3 +1 +0\n/);
  const evidence = readFileSync(reportFile, 'utf8');
  expect(evidence).not.toContain(PERSON);
  const [pseudonym = ''] = /erased-[0-9a-f]{32}/.exec(evidence) ?? [];
  expect(await found()).toEqual(['dead_letter_bytes.value']);
  expect(figuresOf(await usage(), pseudonym)).toEqual(before);

  // The alerts are about the pseudonym, in subject, message and ids, which are hashes of the subject.
  const alertsOfPseudonym = async () => {
    const subjects = (await alerts()).map(({ subject }) => subject);
    expect(subjects.toSorted()).toEqual(['', 'bob', pseudonym].toSorted());
    const messages = (await alerts()).map(({ value }) => factsOf(value).message).join();
    expect(messages).toContain(`The user ${pseudonym} has used 3,000`);
    expect(messages).toContain(`Mainly the user ${pseudonym}: 800`);
    const key = { ...RULE, subject: pseudonym };
    const record_id = decisionIdOf('raised', key, 1);
    const ids = { alert_id: alertIdOf(key, 1), delivery_id: deliveryIdOf(record_id, 'ops') };
    expect(await deliveries()).toMatchObject([ids]);
  };
  await alertsOfPseudonym();

  // A group that begins at the start of the topic, and the dead letter whose schema is known now.
  await consumer.kill();
  const landed = await landedRecords();
  startConsumer({ ...stack.settings, CONSUMER_GROUP: 'again' });
  await until('everything is delivered again', async () => (await landedRecords()) >= landed + 9, 60_000);
  await schema.publish();
  expect(await deadLetterCommand(['replay', '--countable'], environment())).toMatch(/\n1 count/);
  // What no consumer can read comes back with the records that Kafka keeps; the command finds it again.
  expect(await found()).toEqual(['dead_letter_bytes.value', 'dead_letter_bytes.value']);
  const again = await usage();
  expect(again.reduce((sum, { calls: each }) => sum + each, 0)).toBe(7);
  expect(new Set(again.map(({ user }) => user))).toEqual(new Set(['bob', pseudonym]));
  // A decision that was made before the erasure was known resolves the alert about the pseudonym.
  await appendAlerts(alertRecord('resolved', PERSON));
  await until('it is resolved', async () => (await alerts()).some(({ resolved_at }) => resolved_at > 0));
  expect((await alerts()).find(({ subject }) => subject === pseudonym)?.resolved_at).toBeGreaterThan(0);
  await alertsOfPseudonym();

  // Calls of the person that occurred before, and arrive only now.
  await stack.publishBytes(1, [encodeCallEvent(call('spooled', THIS_HOUR - 3 * DAY_MS))], ORG);
  await stack.untilLanded();
  expect(await columnsWith(stack.settings, PERSON)).toEqual(['dead_letter_bytes.value']);
}, 180_000);

it('rejects what it cannot do before it changes anything', async () => {
  await expect(erase('--org', ORG)).rejects.toThrow('Give either --user or --users.');
  await expect(erase('--user', PERSON)).rejects.toThrow('Give either --org or --all-orgs.');
  await expect(erase('--all-orgs', '--org', ORG, '--user', PERSON)).rejects.toThrow(
    'either --org or --all-orgs',
  );
  await expect(erase('--org', ORG, '--user', 'x'.repeat(129))).rejects.toThrow('User id 1 is not valid');
  await expect(erase('--org', ORG, '--user', PERSON, '--with-ids')).rejects.toThrow(
    '--with-ids needs --report',
  );
  expect(await erase('--help')).toContain('docs/privacy.md');
});
