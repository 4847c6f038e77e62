import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT, type JWK, type JWTHeaderParameters } from 'jose';
import type { TokenKeys } from '../../../api/auth/keys.ts';
import { fetchKeys, PUBLISHED_ALGORITHMS, type PublishedKeys } from '../../../api/auth/published-keys.ts';
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
let fetched = 0;
let server: Server;
let keys: PublishedKeys;
beforeAll(async () => {
  pairs = await Promise.all(PUBLISHED_ALGORITHMS.map((alg) => makeKey(alg, `key of ${alg}`)));
  server = createServer((_request, response) => {
    fetched += 1;
    response.statusCode = isAway ? 500 : 200;
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  keys = { url: new URL(`http://127.0.0.1:${port}/keys`), issuer: ISSUER, audience: AUDIENCE };
});
beforeEach(() => {
  published = pairs.map(({ jwk }) => jwk);
  isAway = false;
  fetched = 0;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const verifier = (more: Partial<TokenKeys> = {}) =>
  createTokenVerifier({ published: keys, ...more }, () => NOW);
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
    expect(await verifier({ secret: SECRET })(token)).toMatchObject({ userId: 'ann' });
    expect(fetched).toBe(0);
  });
});

describe('the server of the keys', () => {
  it('is a 503 to retry while it is unavailable, not a 401', async () => {
    const verify = verifier();
    const [{ sign } = raise()] = pairs;
    isAway = true;
    const unavailable = { code: 'unavailable', status: 503, headers: { 'retry-after': '2' } };
    await expect(verify(await sign())).rejects.toMatchObject(unavailable);
    isAway = false;
    expect(await verify(await sign())).toMatchObject({ userId: 'ann' });
  });

  it('is queried again for an unknown key: keys may rotate', async () => {
    const keyOf = fetchKeys(keys, 0);
    const next = await makeKey('ES256', 'next');
    const input = { payload: '', signature: '' };
    await expect(keyOf({ alg: 'ES256', kid: 'next' }, input)).rejects.toMatchObject({
      code: 'ERR_JWKS_NO_MATCHING_KEY',
    });
    published = [next.jwk];
    await expect(keyOf({ alg: 'ES256', kid: 'next' }, input)).resolves.toBeDefined();
  });

  it('is not queried for every token of an unknown key', async () => {
    const verify = verifier();
    const stranger = await makeKey('ES256', 'stranger');
    for (let round = 0; round < 5; round += 1) {
      await expect(verify(await stranger.sign())).rejects.toMatchObject(UNAUTHORIZED);
    }
    expect(fetched).toBe(1);
  });
});

function raise(): never {
  throw new Error('The server has no keys.');
}
