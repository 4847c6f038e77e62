import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readApiConfig } from '../../../api/config.ts';
import { parseValueMap } from '../../../api/sign-in/value-map.ts';
import { problemsIn } from '../../config-problems.ts';

const SECRET = 'secret that is long enough for HS256';
const PLAIN = {
  CLICKHOUSE_URL: 'http://127.0.0.1:8123',
  KAFKA_BROKERS: '127.0.0.1:9092',
  JWT_SECRET: SECRET,
};
const GIVEN = {
  ...PLAIN,
  OIDC_ISSUER: 'https://id.example/realms/main',
  OIDC_CLIENT_ID: 'credits',
  OIDC_ROLE_MAP: 'credits-admins=admin, finance=billing',
  PUBLIC_URL: 'https://credits.example',
  SESSION_SECRET: SECRET,
};

const problemsOf = (env: Record<string, string>) => problemsIn(() => readApiConfig(env));

describe('the settings of the sign-in with an identity provider', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sign-in-config-'));
  afterAll(() => rmSync(dir, { recursive: true }));

  it('are off where none is given', () => {
    expect(readApiConfig(PLAIN).signIn).toBe(undefined);
  });

  it('have defaults but for five', () => {
    expect(readApiConfig(GIVEN).signIn).toMatchObject({
      provider: {
        clientId: 'credits',
        clientSecret: '',
        clientAuth: 'client_secret_basic',
        name: 'id.example',
        scope: 'openid profile email',
      },
      mapping: {
        userClaim: 'sub',
        roleClaim: 'roles',
        roles: [
          ['credits-admins', 'admin'],
          ['finance', 'billing'],
        ],
        orgClaim: 'orgs',
        orgs: [],
      },
      sessions: { maxMs: 28_800_000, idleMs: 1_800_000, secrets: [Buffer.from(SECRET)] },
    });
  });

  it('take secrets from files', () => {
    const [client, session] = [join(dir, 'client'), join(dir, 'session')];
    writeFileSync(client, 'client secret\n');
    writeFileSync(session, `${SECRET}\nthe next ${SECRET}\n`);
    const { SESSION_SECRET: _, ...others } = GIVEN;
    const { signIn } = readApiConfig({
      ...others,
      OIDC_CLIENT_SECRET_FILE: client,
      SESSION_SECRET_FILE: session,
    });
    expect(signIn).toMatchObject({
      provider: { clientSecret: 'client secret' },
      sessions: { secrets: [Buffer.from(SECRET), Buffer.from(`the next ${SECRET}`)] },
    });
  });

  it.each(['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_ROLE_MAP', 'PUBLIC_URL', 'SESSION_SECRET'])(
    'are all needed: %s',
    (name) => {
      const problem = `${name} is missing: signing in with an identity provider needs OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_ROLE_MAP, PUBLIC_URL, SESSION_SECRET`;
      expect(problemsOf({ ...GIVEN, [name]: '' })).toEqual([problem]);
    },
  );

  it('are an error where only one of them is given', () => {
    expect(problemsOf({ ...PLAIN, OIDC_CLIENT_SECRET: 'x' })).toHaveLength(5);
    expect(problemsOf({ ...PLAIN, SESSION_SECRET: SECRET })).toHaveLength(4);
  });

  it.each([
    [{ OIDC_ISSUER: 'id.example' }, 'OIDC_ISSUER must be like https://id.example/realms/main'],
    [{ OIDC_ISSUER: 'http://id.example' }, 'OIDC_ISSUER must use https'],
    [
      { PUBLIC_URL: 'https://credits.example/app' },
      'PUBLIC_URL must be like https://credits.example, without a path',
    ],
    [{ PUBLIC_URL: 'http://credits.example' }, 'PUBLIC_URL must use https'],
    [{ SESSION_SECRET: 'short' }, 'SESSION_SECRET has 5 bytes and needs at least 32'],
    [{ OIDC_SCOPE: 'profile' }, 'OIDC_SCOPE must contain openid'],
    [{ OIDC_ROLE_MAP: 'admins' }, 'OIDC_ROLE_MAP must be like credits-admins=admin,finance=billing'],
    [{ OIDC_ORG_MAP: ' , ' }, 'OIDC_ORG_MAP must be like acme-staff=acme,other-staff=other'],
    [{ OIDC_ORG_MAP: 'acme' }, 'OIDC_ORG_MAP must be like acme-staff=acme,other-staff=other'],
    [{ SESSION_IDLE_MS: '60001', SESSION_MAX_MS: '60000' }, 'SESSION_IDLE_MS must not exceed SESSION_MAX_MS'],
  ])('%j: %s', (change: Record<string, string>, problem) => {
    expect(problemsOf({ ...GIVEN, ...change })).toEqual([problem]);
  });

  it.each(['publisher', 'root', 'Admin'])('let no claim give the role %s', (role) => {
    expect(problemsOf({ ...GIVEN, OIDC_ROLE_MAP: `a=admin,b=${role}` })).toEqual([
      `OIDC_ROLE_MAP names ${role}: people can be super_admin, admin, user, analyst, billing, platform`,
    ]);
  });

  it('are reported together with all other problems, and never with a secret', () => {
    const problems = problemsOf({ PORT: 'x', OIDC_ISSUER: 'x', SESSION_SECRET: 'hush' }).join('\n');
    for (const name of ['PORT', 'KAFKA_BROKERS', 'JWT_SECRET', 'SESSION_SECRET'])
      expect(problems).toContain(name);
    expect(problems).not.toContain('hush');
  });

  it('exclude the local sign-in', () => {
    writeFileSync(join(dir, 'secret'), SECRET);
    const { JWT_SECRET: _, ...others } = GIVEN;
    const local = { ...others, DATA_DIR: dir, JWT_SECRET_FILE: join(dir, 'secret'), LOCAL_SIGN_IN: 'on' };
    expect(problemsOf(local)).toEqual(['LOCAL_SIGN_IN is only for a stack without OIDC_ISSUER']);
  });
});

describe('a map of claim values', () => {
  it('keeps its order, and values with equals signs, commas and percent signs', () => {
    expect(parseValueMap('b=admin, a=user,CN=staff%2COU=x=analyst,100%25=billing,')).toEqual([
      ['b', 'admin'],
      ['a', 'user'],
      ['CN=staff,OU=x', 'analyst'],
      ['100%', 'billing'],
    ]);
  });

  it.each(['admin', '=admin', 'a=', 'a=b,c', '%=admin', ' ', ',', ' , '])('is not %j', (text) => {
    expect(parseValueMap(text)).toBe(undefined);
  });
});
