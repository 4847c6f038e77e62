import { createHmac } from 'node:crypto';
import { base64url, SignJWT, UnsecuredJWT } from 'jose';
import { createTokenVerifier, signToken, type Claims } from '../../../api/auth/tokens.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-22T10:00:00Z');
const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');
const verify = createTokenVerifier({ secrets: [SECRET] }, () => NOW);
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'acme' };

const signed = (claims: Record<string, unknown>, alg = 'HS256'): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg })
    .setExpirationTime(NOW / 1000 + 60)
    .sign(Buffer.concat([SECRET, SECRET]).subarray(0, alg === 'HS256' ? 32 : 64));

const callerOf = async (claims: Claims): Promise<unknown> =>
  verify(await signToken(SECRET, claims, NOW + 60_000));

describe('a bearer token', () => {
  it('identifies its bearer', async () => {
    const caller = await verify(await signToken(SECRET, ADMIN, NOW + 60_000));
    expect(caller).toEqual({ role: 'admin', userId: 'ann', orgIds: ['acme'] });
  });

  it('binds an analyst to its orgs, not to an org', async () => {
    const claims: Claims = { role: 'analyst', sub: 'ann', org: 'own', orgs: ['a', 'b'] };
    expect(await verify(await signToken(SECRET, claims, NOW + 60_000))).toEqual({
      role: 'analyst',
      userId: 'ann',
      orgIds: ['a', 'b'],
    });
  });

  it.each(['billing', 'platform'] as const)('binds %s to no org, whatever it claims', async (role) => {
    const claims: Claims = { role, sub: 'ann', org: 'acme', orgs: ['acme'] };
    expect((await verify(await signToken(SECRET, claims, NOW + 60_000))).orgIds).toEqual([]);
  });

  it('binds a publisher to its org, or to none', async () => {
    const publisher = { role: 'publisher', sub: 'ann' } as const;
    expect(await callerOf({ ...publisher, org: 'acme' })).toMatchObject({ orgIds: ['acme'] });
    expect(await callerOf(publisher)).toMatchObject({ orgIds: [] });
    await expect(callerOf({ ...publisher, orgs: ['acme'] })).rejects.toThrow('takes the claim org, not orgs');
  });

  it('is valid until the second of its expiry', async () => {
    const token = await signToken(SECRET, ADMIN, NOW + 1_000);
    await expect(verify(token)).resolves.toBeDefined();
    const later = createTokenVerifier({ secrets: [SECRET] }, () => NOW + 1_000);
    await expect(later(token)).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
  });

  const rejected: Record<string, () => Promise<string> | string> = {
    'no token at all': () => 'abc',
    'another key': () => signToken(Buffer.from('another key that has 32 bytes or more'), ADMIN, NOW + 60_000),
    'alg none': () => new UnsecuredJWT({ ...ADMIN }).setExpirationTime(NOW / 1000 + 60).encode(),
    'alg none behind a true signature': async () => {
      const [, payload, signature] = (await signToken(SECRET, ADMIN, NOW + 60_000)).split('.');
      return `${base64url.encode('{"alg":"none"}')}.${payload}.${signature}`;
    },
    'another algorithm': () => signed({ ...ADMIN }, 'HS512'),
    'no expiry': () => new SignJWT({ ...ADMIN }).setProtectedHeader({ alg: 'HS256' }).sign(SECRET),
    'a changed payload': async () => {
      const [header, , signature] = (await signToken(SECRET, ADMIN, NOW + 60_000)).split('.');
      const payload = base64url.encode(JSON.stringify({ ...ADMIN, org: 'other', exp: NOW / 1000 + 60 }));
      return `${header}.${payload}.${signature}`;
    },
    'no role': () => signed({ sub: 'ann', org: 'acme' }),
    'an unknown role': () => signed({ ...ADMIN, role: 'root' }),
    'a role of the prototype': () => signed({ ...ADMIN, role: 'constructor' }),
    'no sub': () => signed({ role: 'admin', org: 'acme' }),
    'an admin without org': () => signed({ role: 'admin', sub: 'ann' }),
    'an analyst without orgs': () => signed({ role: 'analyst', sub: 'ann', org: 'acme' }),
    'orgs that are not a list': () => signed({ role: 'analyst', sub: 'ann', orgs: 'acme' }),
  };

  it.each(Object.entries(rejected))('is rejected with %s', async (_, token) => {
    await expect(verify(await token())).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
  });

  it('verifies by every secret, so that one can be replaced while its tokens are valid', async () => {
    const next = Buffer.from('the next key that has 32 bytes or more');
    const both = createTokenVerifier({ secrets: [next, SECRET] }, () => NOW);
    for (const key of [SECRET, next]) {
      expect(await both(await signToken(key, ADMIN, NOW + 60_000))).toMatchObject({ userId: 'ann' });
    }
    const expired = signToken(SECRET, ADMIN, NOW - 1_000);
    await expect(both(await expired)).rejects.toThrow(/^The token expired/);
    const stranger = Buffer.from('another key that has 32 bytes or more');
    await expect(both(await signToken(stranger, ADMIN, NOW + 60_000))).rejects.toThrow(/^The signature/);
  });

  it('lives for 31 days at most, or as long as the configuration says', async () => {
    const longest = NOW + 31 * DAY_MS;
    await expect(verify(await signToken(SECRET, ADMIN, longest))).resolves.toBeDefined();
    await expect(verify(await signToken(SECRET, ADMIN, longest + DAY_MS))).rejects.toThrow(
      'The claim exp of the token is 32 days ahead: at most 31 are accepted (JWT_MAX_AGE_MS).',
    );
    const rules = { maxAgeMs: 3_600_000, keepKeysMs: 0 };
    const strict = createTokenVerifier({ secrets: [SECRET] }, () => NOW, rules);
    await expect(strict(await signToken(SECRET, ADMIN, NOW + 3_600_000))).resolves.toBeDefined();
    await expect(strict(await signToken(SECRET, ADMIN, NOW + 3_601_000))).rejects.toThrow(/exp/);
  });

  it('is rejected with the names of its invalid claims', async () => {
    const token = await signed({ role: 'admin', org: '', orgs: 'acme' });
    await expect(verify(token)).rejects.toThrow(
      /claims are invalid: must have .*sub; \/org .*; \/orgs must be array/,
    );
  });
});

/** Signed, whatever its payload is. */
const raw = (payload: string, header = '{"alg":"HS256"}'): string => {
  const body = `${base64url.encode(header)}.${base64url.encode(payload)}`;
  return `${body}.${createHmac('sha256', SECRET).update(body).digest('base64url')}`;
};

describe('the answer to an invalid token', () => {
  const NUMBER = 'of the token must be a positive number of seconds since 1970.';
  const seconds = NOW / 1000;
  const withClaims = (claims: object): string =>
    raw(JSON.stringify({ ...ADMIN, exp: seconds + 60, ...claims }));
  const FORM =
    'The token is not a JWT: it must be three base64url parts joined by dots, the first two of JSON.';
  const ALGORITHM = 'The algorithm of the token (alg in its header) is not accepted: accepted are HS256.';

  it.each([
    ['exp is missing', withClaims({ exp: undefined }), 'The token has no exp claim: tokens must expire.'],
    ['exp is a text', withClaims({ exp: 'tomorrow' }), `The claim exp ${NUMBER}`],
    ['exp is null', withClaims({ exp: null }), `The claim exp ${NUMBER}`],
    ['exp is negative', withClaims({ exp: -5 }), `The claim exp ${NUMBER}`],
    ['exp is zero', withClaims({ exp: 0 }), `The claim exp ${NUMBER}`],
    [
      'exp is infinite',
      raw(`{"role":"admin","sub":"a","org":"acme","exp":1e999}`),
      `The claim exp ${NUMBER}`,
    ],
    [
      'exp is in milliseconds',
      withClaims({ exp: NOW + 60_000 }),
      `The claim exp of the token must be in seconds since 1970: ${NOW + 60_000} looks like milliseconds.`,
    ],
    [
      'exp is beyond any time',
      withClaims({ exp: 1e20 }),
      'The claim exp of the token must be in seconds since 1970: 100000000000000000000 is too large.',
    ],
    [
      'it expired',
      withClaims({ exp: seconds - 60 }),
      'The token expired at 2026-11-22T09:59:00.000Z (claim exp): get a new one.',
    ],
    [
      'nbf is ahead',
      withClaims({ nbf: seconds + 120 }),
      'The token is not valid yet: by its claim nbf it begins at 2026-11-22T10:02:00.000Z.',
    ],
    [
      'nbf is beyond any time',
      withClaims({ nbf: 1e20 }),
      'The token is not valid yet: by its claim nbf it begins in second 100000000000000000000.',
    ],
    [
      'nbf is a text',
      withClaims({ nbf: 'now' }),
      'The claim nbf of the token must be a number of seconds since 1970.',
    ],
    ['iat is a text', withClaims({ iat: 'now' }), 'The claim iat of the token is wrong.'],
    [
      'the signature differs',
      `${withClaims({}).slice(0, -8)}AAAAAAAA`,
      'The signature of the token does not match: another key signed it, or it was changed.',
    ],
    ['the algorithm is none', raw('{}', '{"alg":"none"}'), ALGORITHM],
    ['the algorithm is another', raw('{}', '{"alg":"HS512"}'), ALGORITHM],
    ['there is no algorithm', raw('{}', '{}'), ALGORITHM],
    ['the algorithm is a name of the prototype', raw('{}', '{"alg":"constructor"}'), ALGORITHM],
    ['it is not a token', 'abc', FORM],
    ['its payload is not JSON', raw('hello'), FORM],
    ['its payload is a list', raw('[]'), FORM],
    ['its header is not JSON', `${base64url.encode('hello')}.e30.AA`, FORM],
  ])('names what is wrong where %s', async (_, token, detail) => {
    const problem: unknown = await verify(token).catch((error: unknown) => error);
    expect(problem).toMatchObject({ code: 'unauthorized', status: 401, message: detail });
    const { 'www-authenticate': challenge } = Object(Object(problem).headers);
    expect(challenge).toBe(`Bearer error="invalid_token", error_description="${detail}"`);
  });
});
