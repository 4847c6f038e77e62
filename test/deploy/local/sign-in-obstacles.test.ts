import { ConfigError } from '../../../platform/config.ts';
import { readLocalConfig } from '../../../deploy/local/config.ts';
import { stackEnvironment } from '../../../deploy/local/environment.ts';
import { inTemporaryDir } from './temporary-dir.ts';

const SECRET = 'a secret that is long enough for HS256';
const SERVERS = { brokers: '127.0.0.1:1', clickhouseUrl: 'http://127.0.0.1:2' };

/** What the API gets, or what is wrong with the configuration. */
async function signInOf(env: Record<string, string>): Promise<unknown> {
  let result: unknown;
  await inTemporaryDir((dir) => {
    try {
      const given = { ...env, DATA_DIR: dir };
      result = stackEnvironment(readLocalConfig(given), SERVERS, given)['LOCAL_SIGN_IN'];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      result = error.problems;
    }
  });
  return result;
}

const ISSUER = { JWKS_URL: 'https://id.example/keys', JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'a' };
const IDENTITY_PROVIDER = {
  OIDC_ISSUER: 'https://id.example',
  OIDC_CLIENT_ID: 'credits',
  OIDC_ROLE_MAP: 'admins=admin',
  PUBLIC_URL: 'https://credits.example',
  SESSION_SECRET: SECRET,
};
const OBSTACLES: [string, Record<string, string>, string][] = [
  ['a secret', { JWT_SECRET: SECRET }, 'LOCAL_SIGN_IN is only for a stack without JWT_SECRET'],
  ['an issuer', ISSUER, 'LOCAL_SIGN_IN is only for a stack without JWKS_URL'],
  ['an identity provider', IDENTITY_PROVIDER, 'LOCAL_SIGN_IN is only for a stack without OIDC_ISSUER'],
  ['a Kafka', { KAFKA_BROKERS: 'broker:9092' }, 'LOCAL_SIGN_IN is only for a stack without KAFKA_BROKERS'],
  [
    'a ClickHouse',
    { CLICKHOUSE_URL: 'http://ch:8123' },
    'LOCAL_SIGN_IN is only for a stack without CLICKHOUSE_URL',
  ],
  ['proxies', { TRUSTED_PROXIES: '10.0.0.1' }, 'LOCAL_SIGN_IN is only for a stack without TRUSTED_PROXIES'],
  [
    'another HOST',
    { HOST: '0.0.0.0' },
    'LOCAL_SIGN_IN works on a loopback address only, but HOST is 0.0.0.0',
  ],
];

describe('the sign-in of the local stack', () => {
  it('is there by default, where the stack is its user’s alone', async () => {
    expect(await signInOf({})).toBe('on');
    expect(await signInOf({ LOCAL_SIGN_IN: 'on' })).toBe('on');
    expect(await signInOf({ HOST: 'localhost' })).toBe('on');
  });

  it.each(['off', '0', 'false'])('is not there where it is turned off, as %s', async (LOCAL_SIGN_IN) => {
    expect(await signInOf({ LOCAL_SIGN_IN })).toBe('off');
    expect(await signInOf({ LOCAL_SIGN_IN, JWT_SECRET: SECRET })).toBe('off');
  });

  it.each(OBSTACLES)('is not there with %s, and an error where it is turned on', async (_, env, problem) => {
    expect(await signInOf(env)).toBe('off');
    expect(await signInOf({ ...env, LOCAL_SIGN_IN: 'on' })).toEqual([problem]);
  });
});
