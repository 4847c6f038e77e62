import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { readApiConfig } from '../../api/config.ts';
import { problemsIn } from '../config-problems.ts';

const SECRET = 'secret that is long enough for HS256';
const SERVERS = { CLICKHOUSE_URL: 'http://127.0.0.1:8123', KAFKA_BROKERS: '127.0.0.1:9092' };
const VALID = { ...SERVERS, JWT_SECRET: SECRET };
const ISSUER = {
  JWKS_URL: 'https://id.example/keys',
  JWT_ISSUER: 'https://id.example',
  JWT_AUDIENCE: 'api-credits',
};

const problemsOf = (env: Record<string, string>) => problemsIn(() => readApiConfig(env));

describe('the configuration of the API', () => {
  const dir = mkdtempSync(join(tmpdir(), 'api-config-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('needs only the addresses of ClickHouse and Kafka and a secret', () => {
    const { keys, ...config } = readApiConfig(VALID);
    expect(config).toMatchObject({ PORT: 8080, HOST: '127.0.0.1', UNKNOWN_ORGS: 'none', GRACE_MS: 900_000 });
    expect(keys).toEqual({ secrets: [Buffer.from(SECRET)] });
  });

  it('reads the secret from a file, without its line end', () => {
    const file = join(dir, 'secret');
    writeFileSync(file, `${SECRET}\n`);
    const { keys } = readApiConfig({ ...SERVERS, JWT_SECRET_FILE: file });
    expect(keys).toEqual({ secrets: [Buffer.from(SECRET)] });
  });

  it('takes several secrets, of which the first signs: separated by commas, or one a line', () => {
    const [next, last] = ['the next secret, long enough for HS256'.replace(',', ''), `the last ${SECRET}`];
    const secrets = [next, last].map((secret) => Buffer.from(secret));
    expect(readApiConfig({ ...SERVERS, JWT_SECRET: `${next}, ${last}` }).keys).toEqual({ secrets });
    const file = join(dir, 'secrets');
    writeFileSync(file, `${next}\n${last}\n`);
    expect(readApiConfig({ ...SERVERS, JWT_SECRET_FILE: file }).keys).toEqual({ secrets });
    expect(problemsOf({ ...SERVERS, JWT_SECRET: `${next},short` })).toEqual([
      'JWT_SECRET: key 2 has 5 bytes and needs at least 32',
    ]);
  });

  it('takes ranges of addresses as trusted proxies', () => {
    const TRUSTED_PROXIES = '10.0.0.7, 10.1.0.0/16,fd00::/8, ::1';
    expect(readApiConfig({ ...VALID, TRUSTED_PROXIES })).toMatchObject({ TRUSTED_PROXIES });
  });

  it.each(['proxy.example', '10.0.0.0/33', '10.0.0', '0.0.0.0/0', '10.0.0.1/8/8', 'true', '1'])(
    'takes no %s as a trusted proxy',
    (TRUSTED_PROXIES) => {
      expect(problemsOf({ ...VALID, TRUSTED_PROXIES })).toEqual([
        expect.stringMatching(/^TRUSTED_PROXIES must be like 10\.0\.0\.7, 10\.1\.0\.0\/16, got /),
      ]);
    },
  );

  describe('of the local sign-in', () => {
    const own = { ...SERVERS, DATA_DIR: dir, JWT_SECRET_FILE: join(dir, 'secret'), LOCAL_SIGN_IN: 'on' };
    const NEEDS_OWN =
      'LOCAL_SIGN_IN needs the secret of a local stack: JWT_SECRET_FILE must be the file "secret" of its DATA_DIR';
    beforeAll(() => writeFileSync(join(dir, 'secret'), `${SECRET}\n`));

    it('is valid with the data directory’s own secret', () => {
      expect(problemsOf(own)).toEqual([]);
      expect(problemsOf({ ...own, DATA_DIR: join(dir, '.', '..', basename(dir)) })).toEqual([]);
    });

    it.each([
      ['a given secret', { ...VALID, DATA_DIR: dir, LOCAL_SIGN_IN: 'on' }, NEEDS_OWN],
      ['another file', { ...own, JWT_SECRET_FILE: join(dir, 'other') }, NEEDS_OWN],
      ['no data directory', { ...own, DATA_DIR: '' }, NEEDS_OWN],
      ['an issuer', { ...own, ...ISSUER }, 'LOCAL_SIGN_IN is only for a stack without JWKS_URL'],
      [
        'proxies',
        { ...own, TRUSTED_PROXIES: '::1' },
        'LOCAL_SIGN_IN is only for a stack without TRUSTED_PROXIES',
      ],
      [
        'another HOST',
        { ...own, HOST: '0.0.0.0' },
        'LOCAL_SIGN_IN works on a loopback address only, but HOST is 0.0.0.0',
      ],
    ])('is rejected with %s', (_, env, problem) => {
      writeFileSync(join(dir, 'other'), SECRET);
      expect(problemsOf(env)).toEqual([problem]);
    });

    it.each(['', 'off', '0', 'false'])('does not matter where it is off, as %j', (LOCAL_SIGN_IN) => {
      expect(problemsOf({ ...VALID, LOCAL_SIGN_IN, HOST: '0.0.0.0' })).toEqual([]);
    });
  });

  it('accepts an issuer’s public keys instead of a secret, or beside it', () => {
    const published = { url: new URL(ISSUER.JWKS_URL), issuer: ISSUER.JWT_ISSUER, audience: 'api-credits' };
    expect(readApiConfig({ ...SERVERS, ...ISSUER }).keys).toEqual({ published });
    expect(readApiConfig({ ...VALID, ...ISSUER }).keys).toEqual({
      secrets: [Buffer.from(SECRET)],
      published,
    });
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
