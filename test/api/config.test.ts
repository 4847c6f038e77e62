import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readApiConfig } from '../../api/config.ts';
import { ConfigError } from '../../platform/config.ts';

const SECRET = 'secret that is long enough for HS256';
const SERVERS = { CLICKHOUSE_URL: 'http://127.0.0.1:8123', KAFKA_BROKERS: '127.0.0.1:9092' };
const VALID = { ...SERVERS, JWT_SECRET: SECRET };

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readApiConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('the configuration of the API', () => {
  const dir = mkdtempSync(join(tmpdir(), 'api-config-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('needs only the addresses of ClickHouse and Kafka and a secret', () => {
    const { keys, ...config } = readApiConfig(VALID);
    expect(config).toMatchObject({ PORT: 8080, HOST: '127.0.0.1', UNKNOWN_ORGS: 'none', GRACE_MS: 900_000 });
    expect(keys).toEqual({ secret: Buffer.from(SECRET) });
  });

  it('reads the secret from a file, without its line end', () => {
    const file = join(dir, 'secret');
    writeFileSync(file, `${SECRET}\n`);
    const { keys } = readApiConfig({ ...SERVERS, JWT_SECRET_FILE: file });
    expect(keys).toEqual({ secret: Buffer.from(SECRET) });
  });

  it('offers the local sign-in only on a loopback address and with a secret', () => {
    expect(readApiConfig({ ...VALID, LOCAL_SIGN_IN: '1' })).toMatchObject({ LOCAL_SIGN_IN: '1' });
    expect(problemsOf({ ...VALID, LOCAL_SIGN_IN: '1', HOST: '0.0.0.0' })).toEqual([
      'LOCAL_SIGN_IN works on a loopback address only, but HOST is 0.0.0.0',
    ]);
    expect(problemsOf({ ...SERVERS, ...ISSUER, LOCAL_SIGN_IN: '1' })).toEqual([
      'LOCAL_SIGN_IN needs JWT_SECRET or JWT_SECRET_FILE to sign with',
    ]);
  });

  const ISSUER = {
    JWKS_URL: 'https://id.example/keys',
    JWT_ISSUER: 'https://id.example',
    JWT_AUDIENCE: 'api-credits',
  };

  it('accepts an issuer’s public keys instead of a secret, or beside it', () => {
    const published = { url: new URL(ISSUER.JWKS_URL), issuer: ISSUER.JWT_ISSUER, audience: 'api-credits' };
    expect(readApiConfig({ ...SERVERS, ...ISSUER }).keys).toEqual({ published });
    expect(readApiConfig({ ...VALID, ...ISSUER }).keys).toEqual({ secret: Buffer.from(SECRET), published });
    expect(problemsOf({ ...VALID, ...ISSUER, JWKS_URL: 'http://127.0.0.1:8000/keys' })).toEqual([]);
  });

  it('reports all problems together, that of the secret included', () => {
    const problems = problemsOf({ PORT: '99999', UNKNOWN_ORGS: 'all' }).join('\n');
    for (const name of ['PORT', 'UNKNOWN_ORGS', 'CLICKHOUSE_URL', 'KAFKA_BROKERS', 'JWT_SECRET'])
      expect(problems).toContain(name);
  });

  it.each([
    [{ ...VALID, JWT_SECRET: '' }, 'Set either JWT_SECRET or JWT_SECRET_FILE'],
    [{ ...VALID, JWT_SECRET_FILE: 'x' }, 'JWT_SECRET or JWT_SECRET_FILE, not both'],
    [{ ...VALID, JWT_SECRET: 'short' }, 'JWT_SECRET has 5 bytes and needs at least 32'],
    [{ ...SERVERS, JWT_SECRET_FILE: '/no/such/file' }, 'JWT_SECRET_FILE cannot be read'],
    [{ ...SERVERS, JWKS_URL: ISSUER.JWKS_URL }, 'JWT_ISSUER is missing'],
    [{ ...SERVERS, JWKS_URL: ISSUER.JWKS_URL }, 'JWT_AUDIENCE is missing'],
    [{ ...VALID, JWT_ISSUER: ISSUER.JWT_ISSUER }, 'JWKS_URL must be the URL'],
    [{ ...SERVERS, ...ISSUER, JWKS_URL: 'http://id.example/keys' }, 'JWKS_URL must use https'],
    [{ ...VALID, ...ISSUER, JWT_SECRET: 'short' }, 'JWT_SECRET has 5 bytes'],
  ])('%j: %s', (env, message) => {
    expect(problemsOf(env).join('\n')).toContain(message);
  });

  it('never shows the secret', () => {
    expect(problemsOf({ ...VALID, JWT_SECRET: 'hush', PORT: 'x' }).join('\n')).not.toContain('hush');
  });
});
