import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import type { AclEntry } from 'kafkajs';
import { signToken, type Claims } from '../../api/auth/tokens.ts';
import { kafkaAcls, PROGRAMS, type Acl } from '../../cli/acls.ts';
import { AcknowledgedProducer } from '../../platform/kafka/acknowledged-producer.ts';
import { connectKafka } from '../../platform/kafka/connect.ts';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ResourcePatternTypes,
} from '../../platform/kafka/kafkajs.ts';
import { readKafkaSecurity } from '../../platform/kafka/security-config.ts';
import { createPublisher } from '../../producers/sdk/connect.ts';
import { projectRoot } from '../../schemas/root.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import { topicNames } from '../../schemas/topics.ts';
import { runProgram } from '../platform/lifecycle/run-program.ts';
import { ANN, ANNS_PASSWORD, describeConnections } from '../platform/kafka/connections.ts';
import { call } from '../producers/sample-event.ts';
import { startSecuredKafka, type SecuredKafka } from '../servers/secured-kafka.ts';
import { until } from '../until.ts';
import type { Stage } from '../../deploy/local/pipeline.ts';
import { mainOf, openPipeline, type PipelineUnderTest } from './pipeline.ts';
import { PROGRAM_ENV } from '../servers/program-env.ts';

/** Every program as a user of its own, with the ACLs of cli/acls.ts and no others. */
const USERS = Object.keys(PROGRAMS);
const passwordOf = (user: string): string => `${user}s-secret`;
const GROUP = 'landing';

let kafka: SecuredKafka;
let pipeline: PipelineUnderTest;
beforeAll(async () => {
  const programs = Object.fromEntries(USERS.map((user) => [user, passwordOf(user)]));
  kafka = await startSecuredKafka({ ...programs, stranger: passwordOf('stranger'), [ANN]: ANNS_PASSWORD });
  // Nothing is killed here: a session that outlives a stall, so that no record is fetched again.
  pipeline = await openPipeline('secured', { KAFKA_BROKERS: kafka.plain, SESSION_TIMEOUT_MS: '10000' });
  await allow(kafkaAcls(pipeline.topics, prefix(), GROUP));
});
afterAll(async () => {
  await pipeline.stop();
  await kafka.stop();
});

const prefix = (): string => pipeline.env['TOPIC_PREFIX'] ?? '';

const RESOURCES = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP };
const OPERATIONS = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
  AlterConfigs: AclOperationTypes.ALTER_CONFIGS,
};

const entry = ({ program, operation, resource, name, isPrefix }: Acl): AclEntry => ({
  principal: `User:${program}`,
  host: '*',
  operation: OPERATIONS[operation],
  permissionType: AclPermissionTypes.ALLOW,
  resourceType: RESOURCES[resource],
  resourceName: name,
  resourcePatternType: isPrefix ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
});

async function allow(acls: readonly Acl[]): Promise<void> {
  const admin = connectKafka({ KAFKA_BROKERS: kafka.plain }, 'test', SILENT).admin();
  await admin.connect();
  await admin.createAcls({ acl: acls.map(entry) });
  await admin.disconnect();
}

const SILENT = { debug: () => undefined, warn: () => undefined };

const as = (user: string): Record<string, string> => ({
  KAFKA_BROKERS: kafka.sasl,
  KAFKA_TLS: 'on',
  KAFKA_TLS_CA_FILE: kafka.caFile,
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_USERNAME: user,
  KAFKA_SASL_PASSWORD: passwordOf(user),
});

const publisher = () =>
  createPublisher({
    brokers: [kafka.sasl],
    tls: { caFile: kafka.caFile },
    sasl: { mechanism: 'SCRAM-SHA-256', username: 'publisher', password: passwordOf('publisher') },
    topicPrefix: prefix(),
  });

async function publish(occurredAt: number): Promise<void> {
  const sdk = publisher();
  await sdk.publish(call({ occurred_at: occurredAt }));
  await sdk.close();
}

describeConnections(() => kafka);

const passwordFile = (): string => join(kafka.dir, 'consumer-password');

describe('a pipeline whose programs may do in Kafka only what the ACLs allow', () => {
  it('lands calls, closes days and records settings', async () => {
    writeFileSync(passwordFile(), passwordOf('consumer'));
    const { KAFKA_SASL_PASSWORD: _, ...consumer } = as('consumer');
    await pipeline.start('consumer', {
      ...consumer,
      KAFKA_SASL_MECHANISM: 'PLAIN',
      KAFKA_SASL_PASSWORD_FILE: passwordFile(),
    });
    await pipeline.start('aggregator', as('aggregator'));
    await pipeline.start('api', as('api'));
    await publish(Date.now() - 3 * DAY_MS);
    await pipeline.settled();
    await until('the day is charged', async () => {
      const answer = await pipeline.get('/v1/charges', { role: 'billing', sub: 'billing' });
      return JSON.stringify(answer).includes('"acme"');
    });
    const out = await run('org', ['set', 'acme', '--time-zone', 'Europe/Rome'], as('operator'));
    expect(out).toContain('acme: recorded');
  });

  it('records settings and publishes events that come over HTTP', async () => {
    const limit = await request('PUT', '/v1/orgs/acme/additional-limit', 'super_admin', { credits: 5_000 });
    expect(limit.status).toBe(200);
    const event = await request('POST', '/v1/events', 'publisher', call({ user_id: 'http' }));
    expect(event.status).toBe(202);
  });

  it('reads schemas for an event of another, and quarantines it', async () => {
    const unknown = Buffer.from([0xc3, 0x01, 1, 2, 3, 4, 5, 6, 7, 8, 0]);
    const config = { KAFKA_BROKERS: kafka.sasl, kafkaSecurity: readKafkaSecurity(as('publisher')) };
    const producer = new AcknowledgedProducer(connectKafka(config, 'test', SILENT, 0));
    await producer.sendAcknowledged(pipeline.topics.calls, [{ key: 'acme', value: unknown }]);
    await producer.close();
    await pipeline.settled();
    const admin = pipeline.kafka.admin();
    await admin.connect();
    const [dead] = await admin.fetchTopicOffsets(pipeline.topics.dead);
    await admin.disconnect();
    // A record that is fetched again gets another one. The next test counts those of different records.
    expect(Number(dead?.high)).toBeGreaterThanOrEqual(1);
  });

  it('reads schemas for its dead letter and replays it, by command and over HTTP', async () => {
    const checked = await run('dead-letters', ['check'], as('dead-letters'));
    expect(checked).toMatch(/1 dead letter\(s\) checked: 0 would count now.* 1 {2}unknown-schema/s);
    const replayed = await run('dead-letters', ['replay', '--org', 'acme'], as('dead-letters'));
    expect(replayed).toMatch(/1 were quarantined again.* 1 {2}unknown-schema/s);
    const checkedByApi = await request('POST', '/v1/dead-letters/replay', 'platform', { countable: true });
    expect(await checkedByApi.json()).toMatchObject({ published: 0, skipped: 1 });
  });

  it('warns of topics that a single broker holds', () => {
    expect(pipeline.logOf('consumer')).toMatch(
      /loss of a broker may lose acknowledged records.*api-calls 1\/1/,
    );
  });

  it('goes on once a rotated password has reached both the consumer and the brokers', async () => {
    const rejections = (): number =>
      pipeline.logOf('consumer').split('Invalid username or password').length - 1;
    expect(rejections()).toBe(0);
    writeFileSync(passwordFile(), 'rotated too early');
    await until('logins are rejected again and again', () => rejections() >= 8);
    writeFileSync(passwordFile(), passwordOf('consumer'));
    await publish(Date.now());
    await pipeline.settled();
    expect(pipeline.logOf('consumer')).not.toContain('rotated too early');
  });

  it('lets a publisher write calls, and neither settings nor charges', async () => {
    const env = as('publisher');
    const config = { KAFKA_BROKERS: kafka.sasl, kafkaSecurity: readKafkaSecurity(env) };
    const producer = new AcknowledgedProducer(connectKafka(config, 'test', SILENT, 0));
    for (const topic of [pipeline.topics.settings, pipeline.topics.dailyCharges]) {
      await expect(producer.sendAcknowledged(topic, [{ value: 'x' }])).rejects.toThrow(
        `Nothing was sent to ${topic}: Not authorized to access topics`,
      );
    }
    await producer.close();
  });
});

describe('a publisher that Kafka does not let in', () => {
  it('keeps its events and warns with the option that is wrong', async () => {
    const warnings: string[] = [];
    const sdk = createPublisher({
      brokers: [kafka.sasl],
      tls: { caFile: kafka.caFile },
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'publisher', password: 'guessed' },
      logger: { ...SILENT, warn: (details) => void warnings.push(inspect(details)) },
    });
    const published = sdk.publish(call());
    await until('it warns', () => /check sasl\.username and sasl\.password/.test(warnings.join('\n')));
    await expect(Promise.all([published, sdk.close(0)])).rejects.toThrow('were not acknowledged');
    expect(warnings.join('\n')).not.toContain('guessed');
  });
});

describe('the ACLs of npm run topics', () => {
  it('let it create the topics', async () => {
    const topicPrefix = `${prefix()}created.`;
    const acls = kafkaAcls(topicNames(topicPrefix), topicPrefix, GROUP);
    await allow(acls.filter(({ program }) => program === 'topics'));
    const out = await run('topics', [], { ...as('topics'), TOPIC_PREFIX: topicPrefix });
    expect(out).toContain(`created: ${topicPrefix}daily-charges`);
  });

  it('are printed as commands of kafka-acls.sh', async () => {
    const out = await run('topics', ['--acls'], { TOPIC_PREFIX: 'staging.', CONSUMER_GROUP: 'lander' });
    expect(out).toContain('--allow-principal User:api --operation Write --topic staging.settings\n');
    expect(out).toContain('--operation Read --group staging.lander --resource-pattern-type prefixed');
  });
});

describe('a process that Kafka does not let in', () => {
  it.each<[Stage, string, () => Record<string, string>, RegExp]>([
    [
      'api',
      'its password is wrong',
      () => ({ ...as('api'), KAFKA_SASL_PASSWORD: 'guessed' }),
      /rejects the login: check KAFKA_SASL_USERNAME/,
    ],
    [
      'aggregator',
      'it does not trust the broker’s certificate',
      () => ({ ...as('aggregator'), KAFKA_TLS_CA_FILE: kafka.otherCaFile }),
      /set KAFKA_TLS_CA_FILE to the one that has/,
    ],
    [
      'consumer',
      'it has no ACL for its topics',
      () => as('stranger'),
      /no topic .* or this user may not see it.*npm run topics -- --acls/,
    ],
    [
      'consumer',
      'it has no ACL for its group',
      () => ({ ...as('consumer'), CONSUMER_GROUP: 'other' }),
      /the group is denied.*npm run topics -- --acls/,
    ],
    [
      'consumer',
      'its topics have too few replicas, and ON_LOW_REPLICATION is stop',
      () => ({ ...as('consumer'), ON_LOW_REPLICATION: 'stop' }),
      /loss of a broker may lose acknowledged records.*api-calls 1\/1/,
    ],
  ])(
    'exits with a message that says what to do: the %s, because %s',
    async (stage, _, variables, message) => {
      const { code, errors } = await runProgram(mainOf(stage), {
        ...pipeline.env,
        PORT: '0',
        ...variables(),
      });
      expect(errors).toMatch(message);
      expect(errors).not.toMatch(/guessed|secret/);
      expect(code).toBe(1);
    },
  );
});

async function request(method: string, path: string, role: Claims['role'], body: object): Promise<Response> {
  const secret = readFileSync(pipeline.env['JWT_SECRET_FILE'] ?? '', 'utf8').trim();
  const token = await signToken(Buffer.from(secret), { role, sub: role, org: 'acme' }, Date.now() + 600_000);
  return fetch(`http://127.0.0.1:${pipeline.env['PORT']}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function run(program: string, args: readonly string[], variables: Record<string, string>): Promise<string> {
  const file = join(projectRoot(), 'cli', `${program}.ts`);
  const env = { ...PROGRAM_ENV, ...pipeline.env, ...variables };
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { env }, (_, out, errors) => resolve(out + errors));
  });
}
