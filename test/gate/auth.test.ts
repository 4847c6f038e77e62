import { base64url, SignJWT } from 'jose';
import { createTokenCheck } from '../../gate/auth.ts';
import { readGateConfig } from '../../gate/config.ts';
import { tokenRulesOf } from '../../platform/tokens/rules.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/time-units.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');
const ACME = { org_id: 'acme', product: 'crm' };

const bearerOf = async (claims: object, expiresAt = NOW + MINUTE_MS, key = SECRET): Promise<string> => {
  const token = new SignJWT({ sub: 'api-server', role: 'gate', ...claims });
  return `Bearer ${await token
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(expiresAt / 1_000))
    .sign(key)}`;
};

function openCheck(rules = { maxAgeMs: 31 * DAY_MS, keepKeysMs: DAY_MS }) {
  const clock = { now: NOW };
  return { clock, check: createTokenCheck({ secrets: [SECRET] }, () => clock.now, rules) };
}

const withNone = (authorization: string): string => {
  const [, payload, signature] = authorization.split('.');
  return `Bearer ${base64url.encode('{"alg":"none"}')}.${payload}.${signature}`;
};

describe('a token of the gate', () => {
  it('is good for any organisation without the claim org, and for that one with it', async () => {
    const { check } = openCheck();
    const any = await check(await bearerOf({}));
    expect(() => any.assertMayAsk(ACME)).not.toThrow();
    const own = await check(await bearerOf({ org: 'acme' }));
    expect(() => own.assertMayAsk(ACME)).not.toThrow();
  });

  it('is answered about another organisation as about an unknown one', async () => {
    const { check } = openCheck();
    const own = await check(await bearerOf({ org: 'acme' }));
    expect(() => own.assertMayAsk({ org_id: 'other', product: 'crm' })).toThrow(
      expect.objectContaining({
        status: 404,
        code: 'no-subscription',
        message: 'The organisation other has no subscription of crm.',
      }),
    );
  });

  it.each(['super_admin', 'billing', 'platform', 'publisher', 'gates', undefined])(
    'is not one of the role %s',
    async (role) => {
      const { check } = openCheck();
      await expect(check(await bearerOf({ role, org: 'acme' }))).rejects.toMatchObject({
        status: 403,
        code: 'forbidden',
      });
    },
  );

  it.each<[string, () => Promise<string | undefined> | string, string]>([
    ['no token', () => '', 'Send a token'],
    ['another scheme', async () => (await bearerOf({})).replace('Bearer', 'Basic'), 'Send a token'],
    ['what is not a token', () => 'Bearer abc', 'is not a JWT'],
    ['another key', () => bearerOf({}, NOW + MINUTE_MS, Buffer.alloc(32, 1)), 'The signature of the token'],
    ['alg none', async () => withNone(await bearerOf({})), 'alg in its header'],
    ['a list of organisations', () => bearerOf({ orgs: ['acme'] }), 'takes the claim org'],
    ['an organisation that is not a text', () => bearerOf({ org: 7 }), 'takes the claim org'],
    ['an empty organisation', () => bearerOf({ org: '' }), 'takes the claim org'],
    ['an expiry that has passed', () => bearerOf({}, NOW), 'The token expired at 2026-11-22T10:00:00.000Z'],
    ['an expiry too far ahead', () => bearerOf({}, NOW + 32 * DAY_MS), 'at most 31 are accepted'],
  ])('is rejected with %s', async (_, authorization, detail) => {
    const { check } = openCheck();
    await expect(check(await authorization())).rejects.toMatchObject({
      status: 401,
      code: 'unauthorized',
      message: expect.stringContaining(detail),
      headers: { 'www-authenticate': 'Bearer' },
    });
  });

  it('is rejected when it has expired, although it was verified before', async () => {
    const { check, clock } = openCheck();
    const token = await bearerOf({}, NOW + 2_000);
    await check(token);
    clock.now += 1_999;
    await check(token);
    clock.now += 1;
    await expect(check(token)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('lives as long as the configuration says, by the same variables as for the API', async () => {
    const config = readGateConfig({
      KAFKA_BROKERS: '127.0.0.1:9092',
      CLICKHOUSE_URL: 'http://127.0.0.1:8123',
      JWT_SECRET: 'a secret of at least 32 characters',
      JWT_MAX_AGE_MS: String(HOUR_MS),
      JWKS_KEEP_MS: '0',
    });
    const { check } = openCheck(tokenRulesOf(config));
    await check(await bearerOf({}, NOW + HOUR_MS));
    await expect(check(await bearerOf({}, NOW + HOUR_MS + 1_000))).rejects.toMatchObject({
      message: expect.stringContaining('(JWT_MAX_AGE_MS)'),
    });
    expect(tokenRulesOf(config).keepKeysMs).toBe(0);
  });
});
