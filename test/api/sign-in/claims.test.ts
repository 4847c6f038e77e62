import { joinedClaims } from '../../../api/sign-in/claims.ts';
import { isComplete, personOf, type ClaimMapping } from '../../../api/sign-in/person.ts';
import { openSignedInApi, type SignedInApi } from './signed-in-api.ts';
import { newVisitor } from './visitor.ts';

const MAPPING: ClaimMapping = {
  userClaim: 'sub',
  roleClaim: 'groups',
  roles: [
    ['owners', 'super_admin'],
    ['admins', 'admin'],
    ['finance', 'billing'],
    ['staff', 'user'],
    ['partners', 'analyst'],
  ],
  orgClaim: 'orgs',
  orgs: [],
};
const person = (claims: object, mapping: Partial<ClaimMapping> = {}) =>
  personOf({ sub: 'u1', ...claims }, { ...MAPPING, ...mapping });

describe('the claims of a provider', () => {
  it('give a role and the organisations', () => {
    expect(person({ groups: ['admins'], orgs: ['acme'], name: 'Ann' })).toEqual({
      role: 'admin',
      userId: 'u1',
      name: 'Ann',
      orgIds: ['acme'],
    });
    expect(person({ groups: 'staff', orgs: 'acme' })).toMatchObject({ role: 'user', orgIds: ['acme'] });
  });

  it('give the role that stands first in the map where several match', () => {
    expect(person({ groups: ['staff', 'admins', 'owners'], orgs: ['a'] })).toMatchObject({
      role: 'super_admin',
    });
  });

  it('give several organisations, each once, to any role that is bound to some', () => {
    for (const group of ['owners', 'admins', 'staff', 'partners']) {
      expect(person({ groups: [group], orgs: ['a', 'b', 'a'] })).toMatchObject({ orgIds: ['a', 'b'] });
    }
  });

  it('give no organisation to a role that is bound to none', () => {
    expect(person({ groups: ['finance'], orgs: ['a'] })).toMatchObject({ role: 'billing', orgIds: [] });
  });

  it('are found by their name, or by their path', () => {
    const nested = { realm_access: { roles: ['admins'] }, 'https://acme.example/orgs': ['acme'] };
    const names = { roleClaim: 'realm_access.roles', orgClaim: 'https://acme.example/orgs' };
    expect(person(nested, names)).toMatchObject({ role: 'admin', orgIds: ['acme'] });
    expect(person({ 'a.b': 'admins', a: { b: 'owners' }, orgs: 'x' }, { roleClaim: 'a.b' })).toMatchObject({
      role: 'admin',
    });
  });

  it('name organisations by a map, which then decides alone', () => {
    const orgs = [
      ['/orgs/acme', 'acme'],
      ['/orgs/other', 'other'],
    ] as const;
    expect(person({ groups: ['admins'], orgs: ['/orgs/acme', 'third'] }, { orgs })).toMatchObject({
      orgIds: ['acme'],
    });
    expect(person({ groups: ['admins'], orgs: ['acme'] }, { orgs })).toBe('no-organisation');
  });

  it.each([
    ['no role', { orgs: ['acme'] }, 'no-role'],
    ['an unknown role', { groups: ['gardeners'], orgs: ['acme'] }, 'no-role'],
    [
      'a role of this project that the map does not name',
      { groups: ['platform'], orgs: ['acme'] },
      'no-role',
    ],
    ['a property of every object', { groups: ['constructor'], orgs: ['acme'] }, 'no-role'],
    ['a role that is not text', { groups: [7, null, { admins: true }], orgs: ['acme'] }, 'no-role'],
    ['no organisation', { groups: ['admins'] }, 'no-organisation'],
    ['an empty list of them', { groups: ['admins'], orgs: [] }, 'no-organisation'],
    ['an empty one', { groups: ['admins'], orgs: [''] }, 'no-organisation'],
    ['no user id', { groups: ['admins'], orgs: ['acme'], sub: '' }, 'no-user-id'],
    [
      'a user id that no event can have',
      { groups: ['admins'], orgs: ['a'], sub: 'x'.repeat(129) },
      'no-user-id',
    ],
    ['one with control characters', { groups: ['admins'], orgs: ['a'], sub: 'u\n1' }, 'no-user-id'],
    [
      'only organisations that no event can have',
      { groups: ['admins'], orgs: ['x'.repeat(129), 'a\u0000'] },
      'no-organisation',
    ],
  ])('with %s let no one in', (_, claims, problem) => {
    expect(person(claims)).toBe(problem);
  });

  it('take the user id from the claim that is configured', () => {
    const claims = { groups: ['staff'], orgs: ['a'], preferred_username: 'ann' };
    expect(person(claims, { userClaim: 'preferred_username' })).toMatchObject({ userId: 'ann' });
  });

  it('are read from the user info too where the ID token lacks one of them', () => {
    const claims = { sub: 'u1', groups: [], orgs: [], email: 'ann@acme.example' };
    expect(isComplete(claims, MAPPING)).toBe(true);
    expect(isComplete({ ...claims, orgs: undefined }, MAPPING)).toBe(false);
    const byEmail = { ...MAPPING, userClaim: 'email' };
    expect(isComplete(claims, byEmail)).toBe(false);
    expect(isComplete({ ...claims, email_verified: false }, byEmail)).toBe(true);
  });

  it('of the ID token decide, and the user info adds what it lacks', () => {
    expect(joinedClaims({ sub: 'u1', roles: [] }, { roles: ['admins'], orgs: ['a'] })).toMatchObject({
      sub: 'u1',
      roles: [],
      orgs: ['a'],
    });
    const verified = { email: 'ann@acme.example', email_verified: true };
    expect(joinedClaims({ email: 'ann@acme.example' }, verified)).toMatchObject(verified);
    expect(joinedClaims({}, verified)).toMatchObject(verified);
    const other = joinedClaims({ email: 'boss@acme.example' }, verified);
    expect(person({ ...other, groups: ['staff'], orgs: ['a'] }, { userClaim: 'email' })).toBe(
      'unverified-email',
    );
  });

  it('take an e-mail address as the user id only where the provider has verified it', () => {
    const claims = { groups: ['staff'], orgs: ['a'], email: 'ann@acme.example' };
    const mapping = { userClaim: 'email' };
    expect(person(claims, mapping)).toBe('unverified-email');
    expect(person({ ...claims, email_verified: 'true' }, mapping)).toBe('unverified-email');
    expect(person({ ...claims, email_verified: true }, mapping)).toMatchObject({
      userId: 'ann@acme.example',
    });
  });
});

describe('a person whose claims give nothing', () => {
  const many = Array.from({ length: 300 }, (_, index) => `organisation-${index}`);
  let api: SignedInApi;
  beforeAll(async () => {
    api = await openSignedInApi(
      {},
      {
        claimsInIdToken: true,
        accounts: {
          eve: { roles: ['gardeners'], orgs: ['acme'] },
          dan: { roles: ['credits-admins'] },
          max: { roles: ['credits-admins'], orgs: many },
          ann: { roles: ['credits-admins'], orgs: ['acme'] },
        },
      },
    );
  });
  afterAll(() => api.close());

  it.each([
    ['eve', 'no-role'],
    ['dan', 'no-organisation'],
    ['max', 'too-many-organisations'],
  ])('%s is led to the page that says so, without a session: %s', async (login, problem) => {
    const { visitor, page } = await api.signIn(login, newVisitor(), '?return=/calls');
    expect(page.location).toBe(`${api.url}/calls#sign-in=${problem}`);
    expect([...visitor.cookies.keys()].filter((key) => key.startsWith('api-credits'))).toEqual([]);
    expect((await visitor.open(`${api.url}/v1/orgs/acme/credits`)).status).toBe(401);
  });

  it('is someone else than a person whose ID token has all of it', async () => {
    expect((await api.signIn('ann')).page.location).toBe(`${api.url}/`);
  });
});
