import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { RETRY_AFTER } from '../problems/clickhouse.ts';
import { Problem } from '../problems/problem.ts';

/** Where an issuer publishes its keys (RFC 7517), and the issuer and audience that its tokens must name. */
export interface PublishedKeys {
  readonly url: URL;
  readonly issuer: string;
  readonly audience: string;
}

/** Asymmetric ones only: no public key can pass for a shared secret. */
export const PUBLISHED_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

const FETCH_TIMEOUT_MS = 5_000;
/** A token of an unknown key causes another fetch, but not more often than this. */
const REFETCH_PAUSE_MS = 30_000;

/** Fetches the keys when they are first needed, caches them for ten minutes, and fetches again for an unknown key. */
export function fetchKeys({ url }: PublishedKeys, refetchPauseMs = REFETCH_PAUSE_MS): JWTVerifyGetKey {
  const keyOf = createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cooldownDuration: refetchPauseMs,
  });
  return async (header, token) => {
    try {
      return await keyOf(header, token);
    } catch (error) {
      if (isCausedByToken(error)) throw error;
      // The token may be valid: a 401 would blame the caller.
      throw new Problem(
        'unavailable',
        'The keys of the token issuer cannot be read: try again in a few seconds.',
        {
          cause: error,
          headers: RETRY_AFTER,
        },
      );
    }
  };
}

/** The keys were read, and none of them matches the token. */
const isCausedByToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;
