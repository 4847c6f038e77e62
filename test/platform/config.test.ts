import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { ConfigError, readConfig, type Environment } from '../../platform/config.ts';
import { withoutCredentials } from '../../platform/credentials.ts';
import { clickhouseVariables } from '../../platform/clickhouse/variables.ts';
import { kafkaVariables } from '../../platform/kafka/variables.ts';

const VARIABLES = {
  ...kafkaVariables,
  ...clickhouseVariables,
  PASSWORD: Type.String({ minLength: 16, secret: true, description: 'of the reader' }),
};

function errorOf(env: Environment): ConfigError {
  try {
    readConfig(env, VARIABLES);
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('the configuration is valid');
}

describe('an invalid configuration', () => {
  it('is an error with a name, a code and every problem', () => {
    expect(errorOf({ TOPIC_PREFIX: 'a b', PASSWORD: '' })).toMatchObject({
      name: 'ConfigError',
      code: 'INVALID_CONFIG',
      message: [
        'Invalid configuration:',
        '  KAFKA_BROKERS is missing (host:port of the Kafka brokers, comma separated)',
        '  TOPIC_PREFIX must be like staging., got "a b" (before every topic name)',
        '  CLICKHOUSE_URL is missing (HTTP address of ClickHouse; of a cluster, of every server)',
        '  PASSWORD is missing (of the reader)',
      ].join('\n'),
    });
  });

  it('never shows a secret', () => {
    const { problems } = errorOf({ PASSWORD: 'hunter2' });
    expect(problems).toContain('PASSWORD must not have fewer than 16 characters (of the reader)');
    expect(problems.join('\n')).not.toContain('hunter2');
  });

  it.each([
    ['KAFKA_BROKERS', 'SASL://ann:hunter2@broker:9092'],
    ['KAFKA_BROKERS', 'one:9092,ann:hunter2@two:9092'],
    ['CLICKHOUSE_URL', 'ann:hunter2@127.0.0.1:8123'],
    ['CLICKHOUSE_URL', 'ftp://ann:hunter2@127.0.0.1'],
    ['CLICKHOUSE_URL', 'http://ann:hunter2@[::1'],
    ['CLICKHOUSE_URL', '127.0.0.1:8123/?user=ann&password=hunter2'],
    ['TOPIC_PREFIX', 'http://ann:hunter2@127.0.0.1:8123'],
  ])('never shows the password in an address, as %s=%s', (name, address) => {
    const { message } = errorOf({ [name]: address });
    expect(message).toMatch(new RegExp(`${name} must be like `));
    expect(message).not.toContain('hunter2');
  });
});

describe('an address without credentials', () => {
  it.each([
    ['http://127.0.0.1:8123', 'http://127.0.0.1:8123'],
    ['https://ann:hunter2@ch.example/db', 'https://***@ch.example/db'],
    ['https://ann:hunt@er2@ch.example', 'https://***@ch.example'],
    ['ann:hunter2@ch.example:8123', '***@ch.example:8123'],
    ['http://ch.example/?password=hunter2', 'http://ch.example/'],
    ['what?', 'what?'],
  ])('of %s is %s', (address, shown) => {
    expect(withoutCredentials(address)).toBe(shown);
  });
});

describe('a secret in a file', () => {
  const dir = mkdtempSync(join(tmpdir(), 'config-'));
  const file = join(dir, 'password');
  const SERVERS = { KAFKA_BROKERS: '127.0.0.1:9092', CLICKHOUSE_URL: 'http://127.0.0.1:8123' };
  const PASSWORD = 'hunter2 hunter2 hunter2';
  beforeEach(() => writeFileSync(file, `${PASSWORD}\n`));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('is read without its line end', () => {
    const config = readConfig({ ...SERVERS, PASSWORD, CLICKHOUSE_PASSWORD_FILE: file }, VARIABLES);
    expect(config).toMatchObject({ PASSWORD, CLICKHOUSE_PASSWORD: PASSWORD });
  });

  it('is rejected beside the variable itself', () => {
    const { problems } = errorOf({ ...SERVERS, PASSWORD, PASSWORD_FILE: file });
    expect(problems).toEqual(['Set either PASSWORD or PASSWORD_FILE, not both']);
  });

  it('is held to the same rules, and not shown', () => {
    writeFileSync(file, 'hunter2');
    const { problems } = errorOf({ ...SERVERS, PASSWORD_FILE: file });
    expect(problems).toEqual(['PASSWORD must not have fewer than 16 characters (of the reader)']);
  });

  it('that is missing or empty is reported beside other problems', () => {
    writeFileSync(file, '\n');
    const { problems } = errorOf({ PASSWORD_FILE: file, CLICKHOUSE_PASSWORD_FILE: join(dir, 'none') });
    expect(problems).toEqual([
      'KAFKA_BROKERS is missing (host:port of the Kafka brokers, comma separated)',
      'CLICKHOUSE_URL is missing (HTTP address of ClickHouse; of a cluster, of every server)',
      expect.stringMatching(/^CLICKHOUSE_PASSWORD_FILE cannot be read: .*ENOENT/),
      `PASSWORD_FILE ${file} is empty`,
    ]);
  });
});
