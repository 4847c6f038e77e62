import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readApiConfig } from '../../api/config.ts';
import { ConfigError } from '../../deploy/config.ts';

const SECRET = 'secret that is long enough for HS256';
const SERVERS = { CLICKHOUSE_URL: 'http://127.0.0.1:8123', KAFKA_BROKERS: '127.0.0.1:9092' };
const VALID = { ...SERVERS, JWT_SECRET: SECRET };

function problemsOf(env: Record<string, string>): string[] {
  try {
    readApiConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('the settings of the API', () => {
  const dir = mkdtempSync(join(tmpdir(), 'api-config-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('need the addresses of ClickHouse and Kafka and a secret alone', () => {
    const { secret, ...config } = readApiConfig(VALID);
    expect(config).toMatchObject({ PORT: 8080, HOST: '127.0.0.1', UNKNOWN_ORGS: 'none', GRACE_MS: 900_000 });
    expect(Buffer.from(secret).toString()).toBe(SECRET);
  });

  it('take the secret from a file, less its line end', () => {
    const file = join(dir, 'secret');
    writeFileSync(file, `${SECRET}\n`);
    const { secret } = readApiConfig({ ...SERVERS, JWT_SECRET_FILE: file });
    expect(Buffer.from(secret).toString()).toBe(SECRET);
  });

  it('are reported together where several are wrong, that of the secret too', () => {
    const problems = problemsOf({ PORT: '99999', UNKNOWN_ORGS: 'all' }).join('\n');
    for (const name of ['PORT', 'UNKNOWN_ORGS', 'CLICKHOUSE_URL', 'KAFKA_BROKERS', 'JWT_SECRET'])
      expect(problems).toContain(name);
  });

  it.each([
    [{ ...VALID, JWT_SECRET: '' }, 'JWT_SECRET or JWT_SECRET_FILE must be given'],
    [{ ...VALID, JWT_SECRET_FILE: 'x' }, 'only one of them'],
    [{ ...VALID, JWT_SECRET: 'short' }, 'JWT_SECRET has 5 bytes, at least 32 are needed'],
    [{ ...SERVERS, JWT_SECRET_FILE: '/no/such/file' }, 'JWT_SECRET_FILE cannot be read'],
  ])('%j: %s', (env, message) => {
    expect(problemsOf(env).join('\n')).toContain(message);
  });

  it('never tell the secret', () => {
    expect(problemsOf({ ...VALID, JWT_SECRET: 'hush', PORT: 'x' }).join('\n')).not.toContain('hush');
  });
});
