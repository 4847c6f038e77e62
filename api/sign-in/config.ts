import { Type, type Static, type TObject } from 'typebox';
import { ConfigError, readBoth, readConfig, type Environment } from '../../platform/config.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../schemas/time-units.ts';
import { readGivenSecrets } from '../../platform/tokens/secret.ts';
import type { SessionRules } from '../auth/sessions.ts';
import { isTrustedUrl } from '../../platform/tokens/trusted-url.ts';
import type { ClaimMapping } from './person.ts';
import type { ProviderConfig } from './provider.ts';
import { parseRoleMap } from './role-map.ts';
import { parseValueMap } from './value-map.ts';

const text = (description: string, value = '') => Type.String({ default: value, description });

/** The environment variables of the sign-in of people, without SESSION_SECRET, which holds several keys. */
export const signInVariables = {
  OIDC_ISSUER: text('the identity provider’s issuer identifier, such as https://id.example'),
  OIDC_CLIENT_ID: text('this dashboard’s client id at the provider'),
  OIDC_CLIENT_SECRET: Type.String({ default: '', secret: true }),
  OIDC_CLIENT_AUTH: Type.Enum(['client_secret_basic', 'client_secret_post'], {
    default: 'client_secret_basic',
    description: 'how the secret is sent to the provider',
  }),
  OIDC_NAME: text('the provider’s name on the sign-in page'),
  OIDC_SCOPE: text('the scopes to request', 'openid profile email'),
  OIDC_USER_CLAIM: text('the claim whose value is the user id', 'sub'),
  OIDC_ROLE_CLAIM: text('the claim that OIDC_ROLE_MAP reads', 'roles'),
  OIDC_ROLE_MAP: text('roles by the claim’s values, such as credits-admins=admin,finance=billing'),
  OIDC_ORG_CLAIM: text('the claim that names the organisations', 'orgs'),
  OIDC_ORG_MAP: text('organisations by the claim’s values, where these are not their ids'),
  PUBLIC_URL: text('the dashboard’s own address in browsers, such as https://credits.example'),
  SESSION_MAX_MS: Type.Integer({
    default: 8 * HOUR_MS,
    minimum: MINUTE_MS,
    maximum: 7 * DAY_MS,
    description: 'how long a session of the dashboard lasts at most',
  }),
  SESSION_IDLE_MS: Type.Integer({
    default: 30 * MINUTE_MS,
    minimum: 1_000,
    maximum: 7 * DAY_MS,
    description: 'how long it lasts without anyone using the dashboard',
  }),
};
type Variables = Static<TObject<typeof signInVariables>>;

export interface SignInConfig {
  readonly provider: ProviderConfig;
  readonly mapping: ClaimMapping;
  readonly sessions: SessionRules;
}

/** Undefined where none of the settings is given. Throws ConfigError with all mistakes; a part of them is one, too. */
export function readSignInConfig(env: Environment): SignInConfig | undefined {
  const [given, secrets] = readBoth(
    () => readConfig(env, signInVariables),
    () => readGivenSecrets(env, 'SESSION_SECRET'),
  );
  const names = Object.keys(signInVariables).flatMap((name) => [name, `${name}_FILE`]);
  if (secrets === undefined && names.every((name) => !env[name])) return undefined;
  const [issuer, publicUrl] = [urlOf(given.OIDC_ISSUER), urlOf(given.PUBLIC_URL)];
  const roles = parseRoleMap(given.OIDC_ROLE_MAP);
  const orgs = parseValueMap(given.OIDC_ORG_MAP);
  const problems = [
    ...missing({ ...given, SESSION_SECRET: secrets === undefined ? '' : 'given' }),
    ...(given.OIDC_ISSUER === '' ? [] : issuerProblems(issuer)),
    ...(given.PUBLIC_URL === '' ? [] : publicUrlProblems(publicUrl)),
    ...(typeof roles === 'string' ? [roles] : []),
    ...(orgs === undefined ? ['OIDC_ORG_MAP must be like acme-staff=acme,other-staff=other'] : []),
    ...(given.OIDC_SCOPE.split(' ').includes('openid') ? [] : ['OIDC_SCOPE must contain openid']),
    ...(given.SESSION_IDLE_MS > given.SESSION_MAX_MS
      ? ['SESSION_IDLE_MS must not exceed SESSION_MAX_MS']
      : []),
  ];
  if (
    problems.length > 0 ||
    issuer === undefined ||
    publicUrl === undefined ||
    secrets === undefined ||
    typeof roles === 'string' ||
    orgs === undefined
  ) {
    throw new ConfigError(problems);
  }
  return {
    provider: {
      issuer,
      clientId: given.OIDC_CLIENT_ID,
      clientSecret: given.OIDC_CLIENT_SECRET,
      clientAuth: given.OIDC_CLIENT_AUTH,
      name: given.OIDC_NAME || issuer.host,
      scope: given.OIDC_SCOPE,
      publicUrl,
    },
    mapping: {
      userClaim: given.OIDC_USER_CLAIM,
      roleClaim: given.OIDC_ROLE_CLAIM,
      roles,
      orgClaim: given.OIDC_ORG_CLAIM,
      orgs,
    },
    sessions: { secrets, maxMs: given.SESSION_MAX_MS, idleMs: given.SESSION_IDLE_MS, publicUrl },
  };
}

const REQUIRED = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_ROLE_MAP', 'PUBLIC_URL', 'SESSION_SECRET'] as const;

const missing = (given: Variables & { readonly SESSION_SECRET: string }): string[] =>
  REQUIRED.filter((name) => given[name] === '').map(
    (name) => `${name} is missing: signing in with an identity provider needs ${REQUIRED.join(', ')}`,
  );

const urlOf = (value: string): URL | undefined => (URL.canParse(value) ? new URL(value) : undefined);

function issuerProblems(url: URL | undefined): string[] {
  if (url === undefined || url.search !== '' || url.hash !== '' || url.username !== '') {
    return ['OIDC_ISSUER must be like https://id.example/realms/main'];
  }
  return isTrustedUrl(url) ? [] : ['OIDC_ISSUER must use https'];
}

function publicUrlProblems(url: URL | undefined): string[] {
  if (url === undefined || url.href !== `${url.origin}/`) {
    return ['PUBLIC_URL must be like https://credits.example, without a path'];
  }
  return isTrustedUrl(url) ? [] : ['PUBLIC_URL must use https'];
}
