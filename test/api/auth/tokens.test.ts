import { base64url, SignJWT, UnsecuredJWT } from 'jose';
import { createTokenVerifier, signToken, type Claims } from '../../../api/auth/tokens.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');
const verify = createTokenVerifier({ secret: SECRET }, () => NOW);
const ADMIN: Claims = { role: 'admin', sub: 'ann', org: 'acme' };

const signed = (claims: Record<string, unknown>, alg = 'HS256'): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg })
    .setExpirationTime(NOW / 1000 + 60)
    .sign(Buffer.concat([SECRET, SECRET]).subarray(0, alg === 'HS256' ? 32 : 64));

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

  it('is valid until the second of its expiry', async () => {
    const token = await signToken(SECRET, ADMIN, NOW + 1_000);
    await expect(verify(token)).resolves.toBeDefined();
    const later = createTokenVerifier({ secret: SECRET }, () => NOW + 1_000);
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

  it('is rejected with the names of its invalid claims', async () => {
    const token = await signed({ role: 'admin', org: '', orgs: 'acme' });
    await expect(verify(token)).rejects.toThrow(
      /claims are invalid: must have .*sub; \/org .*; \/orgs must be array/,
    );
  });
});
