import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type JWK, type JWTHeaderParameters } from 'jose';
import type { TokenKeys } from '../../../platform/tokens/keys.ts';
import { PUBLISHED_ALGORITHMS, type PublishedKeys } from '../../../platform/tokens/published-keys.ts';
import { until } from '../../until.ts';
import { createTokenVerifier, signToken, type Claims } from '../../../api/auth/tokens.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'acme' };
const ISSUER = 'https://id.example';
const AUDIENCE = 'api-credits';

interface Pair {
  readonly alg: string;
  readonly kid: string;
  readonly sign: (claims?: object, header?: Partial<JWTHeaderParameters>) => Promise<string>;
  readonly jwk: JWK;
}

async function makeKey(alg: string, kid: string): Promise<Pair> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg };
  const sign: Pair['sign'] = (claims = {}, header = {}) =>
    new SignJWT({ ...ADMIN, iss: ISSUER, aud: AUDIENCE, exp: NOW / 1000 + 60, ...claims })
      .setProtectedHeader({ alg, kid, ...header })
      .sign(privateKey);
  return { alg, kid, sign, jwk };
}

let pairs: readonly Pair[];
let published: readonly JWK[];
let isAway = false;
let garbage: string | undefined;
let fetched = 0;
let server: Server;
let keys: PublishedKeys;
beforeAll(async () => {
  pairs = await Promise.all(PUBLISHED_ALGORITHMS.map((alg) => makeKey(alg, `key of ${alg}`)));
  server = createServer((_request, response) => {
    fetched += 1;
    response.statusCode = isAway ? 500 : 200;
    response.end(garbage ?? JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  keys = { url: new URL(`http://127.0.0.1:${port}/keys`), issuer: ISSUER, audience: AUDIENCE };
});
beforeEach(() => {
  published = pairs.map(({ jwk }) => jwk);
  isAway = false;
  garbage = undefined;
  fetched = 0;
  elapsedMs = 0;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** Milliseconds since NOW. */
let elapsedMs = 0;
const verifier = (more: Partial<TokenKeys> = {}) =>
  createTokenVerifier({ published: keys, ...more }, () => NOW + elapsedMs);
const UNAUTHORIZED = { code: 'unauthorized', status: 401 };

describe('a token of an issuer that publishes its keys', () => {
  it('identifies its bearer with any kind of key, and the keys are fetched once', async () => {
    const verify = verifier();
    for (const { sign } of pairs) {
      expect(await verify(await sign())).toEqual({ role: 'admin', userId: 'ann', orgIds: ['acme'] });
    }
    expect(fetched).toBe(1);
  });

  it.each([
    ['another issuer', { iss: 'https://other.example' }],
    ['no issuer', { iss: undefined }],
    ['another audience', { aud: 'another-service' }],
    ['no audience', { aud: undefined }],
    ['no expiry', { exp: undefined }],
    ['an expiry that has passed', { exp: NOW / 1000 }],
    ['a time before which it is not valid', { nbf: NOW / 1000 + 10 }],
    ['a role that there is not', { role: 'root' }],
  ])('is rejected with %s', async (_, claims) => {
    for (const { sign } of pairs) {
      await expect(verifier()(await sign(claims))).rejects.toMatchObject(UNAUTHORIZED);
    }
  });

  it('is rejected if its key is not published', async () => {
    published = published.slice(1);
    const [{ sign } = raise()] = pairs;
    await expect(verifier()(await sign())).rejects.toMatchObject(UNAUTHORIZED);
  });

  it('is rejected if it names another key', async () => {
    const stranger = await makeKey('RS256', 'key of RS256');
    await expect(verifier()(await stranger.sign())).rejects.toMatchObject(UNAUTHORIZED);
  });

  it('cannot use a public key as the secret', async () => {
    const [pair = raise()] = pairs;
    const forged = await new SignJWT({ ...ADMIN, iss: ISSUER, aud: AUDIENCE, exp: NOW / 1000 + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: pair.kid })
      .sign(Buffer.from(JSON.stringify(pair.jwk)));
    await expect(verifier()(forged)).rejects.toMatchObject(UNAUTHORIZED);
  });

  it('of an algorithm that is not allowed is rejected without fetching the keys', async () => {
    const other = await makeKey('PS256', 'other');
    await expect(verifier()(await other.sign())).rejects.toMatchObject(UNAUTHORIZED);
    expect(fetched).toBe(0);
  });
});

describe('a token of the secret', () => {
  it('is rejected with published keys only, and valid with a secret too', async () => {
    const token = await signToken(SECRET, ADMIN, NOW + 60_000);
    await expect(verifier()(token)).rejects.toMatchObject(UNAUTHORIZED);
    expect(await verifier({ secrets: [SECRET] })(token)).toMatchObject({ userId: 'ann' });
    expect(fetched).toBe(0);
  });
});

describe('the answer to a token of an issuer', () => {
  it.each([
    [
      'another issuer',
      { iss: 'https://other.example' },
      'The claim iss of the token names another issuer than JWT_ISSUER.',
    ],
    ['no issuer', { iss: undefined }, 'The claim iss of the token is missing.'],
    ['another audience', { aud: 'another' }, 'The claim aud of the token does not name JWT_AUDIENCE.'],
    ['other audiences', { aud: ['one', 'two'] }, 'The claim aud of the token does not name JWT_AUDIENCE.'],
    ['no audience', { aud: undefined }, 'The claim aud of the token is missing.'],
    ['no expiry', { exp: undefined }, 'The token has no exp claim: tokens must expire.'],
  ])('names the wrong claim: %s', async (_, claims, detail) => {
    const [{ sign } = raise()] = pairs;
    await expect(verifier()(await sign(claims))).rejects.toThrow(detail);
  });

  it('names the key, where that is wrong', async () => {
    const stranger = await makeKey('ES256', 'stranger');
    await expect(verifier()(await stranger.sign())).rejects.toThrow(
      'The token was signed with a key that the issuer does not publish (kid in its header).',
    );
  });
});

describe('the keys of an issuer', () => {
  const MINUTE_MS = 60_000;
  /** Valid through the longest outage below. */
  const LASTING = { exp: (NOW + 25 * 60 * MINUTE_MS) / 1000 };
  const sign = (): Promise<string> => (pairs[0] ?? raise()).sign(LASTING);
  const AWAY = { code: 'unavailable', status: 503, headers: { 'retry-after': '5' } };

  it('are a 503 to retry while they were never read, not a 401', async () => {
    const verify = verifier();
    isAway = true;
    await expect(verify(await sign())).rejects.toMatchObject(AWAY);
    isAway = false;
    elapsedMs = 5_000;
    expect(await verify(await sign())).toMatchObject({ userId: 'ann' });
  });

  it('are fetched once for many requests, and not again right after a failure', async () => {
    const verify = verifier();
    const token = await sign();
    isAway = true;
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => verify(token)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(['rejected']));
    for (elapsedMs = 0; elapsedMs < 5_000; elapsedMs += 1_000) {
      await expect(verify(token)).rejects.toMatchObject(AWAY);
    }
    expect(fetched).toBe(1);
    await expect(verify(token)).rejects.toMatchObject(AWAY);
    expect(fetched).toBe(2);
  });

  it('stay good for hours while the issuer is away, and are fetched again once it is back', async () => {
    const verify = verifier();
    const token = await sign();
    await verify(token);
    isAway = true;
    for (const minutes of [11, 60, 23 * 60]) {
      elapsedMs = minutes * MINUTE_MS;
      expect(await verify(token)).toMatchObject({ userId: 'ann' });
    }
    isAway = false;
    published = published.slice(1);
    const isRejected = (): Promise<boolean> => {
      elapsedMs += 5_000;
      return verify(token).then(
        () => false,
        (error: unknown) => Object(error).code === 'unauthorized',
      );
    };
    await until('the withdrawn key is rejected', isRejected);
  });

  it('are dropped after a day without the issuer', async () => {
    const verify = verifier();
    const token = await sign();
    await verify(token);
    isAway = true;
    elapsedMs = 24 * 60 * MINUTE_MS;
    await expect(verify(token)).rejects.toMatchObject(AWAY);
  });

  it('are fetched again after ten minutes, so that a withdrawn key is rejected', async () => {
    const verify = verifier();
    const token = await sign();
    await verify(token);
    published = published.slice(1);
    elapsedMs = 9 * MINUTE_MS;
    await verify(token);
    elapsedMs = 10 * MINUTE_MS;
    await expect(verify(token)).rejects.toMatchObject(UNAUTHORIZED);
    expect(fetched).toBe(2);
  });

  it('are fetched again for an unknown key: keys may rotate', async () => {
    const verify = verifier();
    await verify(await sign());
    const next = await makeKey('ES256', 'next');
    published = [...published, next.jwk];
    await expect(verify(await next.sign(LASTING))).rejects.toMatchObject(UNAUTHORIZED);
    elapsedMs = 30_000;
    expect(await verify(await next.sign(LASTING))).toMatchObject({ userId: 'ann' });
  });

  it('are not fetched for every token of an unknown key, which is 401 in an outage too', async () => {
    const verify = verifier();
    await verify(await sign());
    const token = await (await makeKey('ES256', 'stranger')).sign(LASTING);
    for (let round = 0; round < 5; round += 1) {
      await expect(verify(token)).rejects.toMatchObject(UNAUTHORIZED);
    }
    expect(fetched).toBe(1);
    isAway = true;
    elapsedMs = 30_000;
    for (let round = 0; round < 5; round += 1) {
      await expect(verify(token)).rejects.toMatchObject(UNAUTHORIZED);
    }
    expect(fetched).toBe(2);
    expect(await verify(await sign())).toMatchObject({ userId: 'ann' });
  });

  it.each(['no JSON', '{"keys":{}}', '{"keys":[{"kid":"a"}]}', '[]'])(
    'that are not a key set are an outage: %s',
    async (answer) => {
      garbage = answer;
      await expect(verifier()(await sign())).rejects.toMatchObject(AWAY);
    },
  );
});

function raise(): never {
  throw new Error('The server has no keys.');
}
