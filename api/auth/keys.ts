import { ConfigError, readBoth } from '../../platform/config.ts';
import type { PublishedKeys } from './published-keys.ts';
import { readSecret } from './secret.ts';

/**
 * What tokens are verified with: a secret (HS256: the local stack), an issuer's public keys, or both. D: a token of
 * a kind without keys is refused, so with JWKS_URL alone no HS256 token is taken.
 */
export interface TokenKeys {
  readonly secret?: Uint8Array;
  readonly published?: PublishedKeys;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** From JWT_SECRET or JWT_SECRET_FILE, and JWKS_URL with JWT_ISSUER and JWT_AUDIENCE. Throws ConfigError. */
export function readTokenKeys(env: Environment): TokenKeys {
  const keys = readGivenKeys(env);
  return keys.secret || keys.published ? keys : { secret: readSecret(env) };
}

/** The same where none need be given: the local stack has a secret of its own. */
export function readGivenKeys(env: Environment): TokenKeys {
  const [secret, published] = readBoth(
    () => (env['JWT_SECRET'] || env['JWT_SECRET_FILE'] ? readSecret(env) : undefined),
    () => readPublished(env),
  );
  return { ...(secret && { secret }), ...(published && { published }) };
}

function readPublished({
  JWKS_URL: address = '',
  JWT_ISSUER: issuer = '',
  JWT_AUDIENCE: audience = '',
}: Environment): PublishedKeys | undefined {
  if (address === '' && issuer === '' && audience === '') return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const faults = [
    url === undefined && 'JWKS_URL must be the address of the issuer’s keys',
    url !== undefined &&
      !isTrusted(url) &&
      'JWKS_URL must be https: who changes the keys on the way is everyone',
    issuer === '' && 'JWT_ISSUER is missing: with JWKS_URL, tokens of another issuer must be refused',
    audience === '' && 'JWT_AUDIENCE is missing: with JWKS_URL, tokens for another service must be refused',
  ].filter((fault) => fault !== false);
  if (url === undefined || faults.length > 0) throw new ConfigError(faults);
  return { url, issuer, audience };
}

/** Of this machine, plain http will do. */
const isTrusted = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname));
