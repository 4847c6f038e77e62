import { ConfigError, readBoth, type Environment } from '../config.ts';
import type { PublishedKeys } from './published-keys.ts';
import { readGivenSecrets, readSecrets, type Secrets } from './secret.ts';
import { isTrustedUrl } from './trusted-url.ts';

/**
 * The keys that verify tokens: secrets (HS256: the local stack), an issuer's public keys, or both. D: a token whose
 * kind has no keys is rejected, so with JWKS_URL alone no HS256 token is accepted.
 */
export interface TokenKeys {
  readonly secrets?: Secrets;
  readonly published?: PublishedKeys;
}

/** From JWT_SECRET or JWT_SECRET_FILE, and JWKS_URL with JWT_ISSUER and JWT_AUDIENCE. Throws ConfigError. */
export function readTokenKeys(env: Environment): TokenKeys {
  const keys = readGivenKeys(env);
  return keys.secrets || keys.published ? keys : { secrets: readSecrets(env) };
}

/** The same, but keys may be missing: the local stack has its own secret. */
export function readGivenKeys(env: Environment): TokenKeys {
  const [secrets, published] = readBoth(
    () => readGivenSecrets(env),
    () => readPublished(env),
  );
  return { ...(secrets && { secrets }), ...(published && { published }) };
}

function readPublished({
  JWKS_URL: address = '',
  JWT_ISSUER: issuer = '',
  JWT_AUDIENCE: audience = '',
}: Environment): PublishedKeys | undefined {
  if (address === '' && issuer === '' && audience === '') return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const problems = [
    url === undefined && 'JWKS_URL must be the URL of the issuer’s keys',
    url !== undefined &&
      !isTrustedUrl(url) &&
      'JWKS_URL must use https: over http, anyone on the way could replace the keys',
    issuer === '' && 'JWT_ISSUER is missing: JWKS_URL needs it to reject tokens of other issuers',
    audience === '' && 'JWT_AUDIENCE is missing: JWKS_URL needs it to reject tokens for other services',
  ].filter((problem) => problem !== false);
  if (url === undefined || problems.length > 0) throw new ConfigError(problems);
  return { url, issuer, audience };
}
