import type { JSONWebKeySet } from 'jose';
import { Type } from 'typebox';
import { compiled } from '../compiled-schema.ts';

/** Where an issuer publishes its keys (RFC 7517), and the issuer and audience that its tokens must name. */
export interface PublishedKeys {
  readonly url: URL;
  readonly issuer: string;
  readonly audience: string;
}

/** Asymmetric ones only: no public key can pass for a shared secret. */
export const PUBLISHED_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

const FETCH_TIMEOUT_MS = 5_000;

const KeySet = Type.Object({ keys: Type.Array(Type.Object({ kty: Type.String() })) });

/** The issuer did not answer with its keys. */
export class KeysUnreadableError extends Error {
  readonly code = 'KEYS_UNREADABLE';
  constructor(url: URL, reason: string) {
    super(`JWKS_URL ${url.origin}${url.pathname} ${reason}`);
    this.name = 'KeysUnreadableError';
  }
}

/** @throws where the issuer does not answer in time @throws KeysUnreadableError for an answer that is not a key set */
export async function fetchKeySet({ url }: PublishedKeys): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    // Another address is not the one that the operator trusts.
    redirect: 'manual',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  });
  if (response.status !== 200) throw new KeysUnreadableError(url, `answered ${response.status}`);
  const answer: unknown = await response.json();
  const { check } = compiled(KeySet);
  if (!check(answer)) throw new KeysUnreadableError(url, 'did not answer a JSON Web Key Set');
  return answer;
}
