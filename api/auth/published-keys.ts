import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { RETRY_AFTER } from '../problems/clickhouse.ts';
import { Problem } from '../problems/problem.ts';

/** Where an issuer publishes the keys of its tokens (RFC 7517), and what those must say. */
export interface PublishedKeys {
  readonly url: URL;
  readonly issuer: string;
  readonly audience: string;
}

/** Public keys only: none of them can be taken for a shared secret. */
export const PUBLISHED_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

const FETCHED_WITHIN_MS = 5_000;
/** A token of a key that is not known asks for the keys again, but not more often than this. */
const REFETCH_PAUSE_MS = 30_000;

/** The keys are fetched when first needed, kept for ten minutes, and fetched again for a key that is new. */
export function fetchKeys({ url }: PublishedKeys, refetchPauseMs = REFETCH_PAUSE_MS): JWTVerifyGetKey {
  const keyOf = createRemoteJWKSet(url, {
    timeoutDuration: FETCHED_WITHIN_MS,
    cooldownDuration: refetchPauseMs,
  });
  return async (header, token) => {
    try {
      return await keyOf(header, token);
    } catch (error) {
      if (isOfTheToken(error)) throw error;
      // Nobody can tell whether the token holds: that is not the caller's fault.
      throw new Problem(
        'unavailable',
        'The keys of the tokens’ issuer cannot be read: try again in some seconds.',
        {
          cause: error,
          headers: RETRY_AFTER,
        },
      );
    }
  };
}

/** The keys were read, and none of them is the token's. */
const isOfTheToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;
