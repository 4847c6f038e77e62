import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { MINUTE_MS, SECOND_MS } from '../../schemas/time-units.ts';

/** Keys older than this are fetched again when they are needed. */
const REFRESH_MS = 10 * MINUTE_MS;
/** A token with an unknown key causes another fetch, but not more often than this. */
const REFETCH_PAUSE_MS = 30 * SECOND_MS;
/** After a failed fetch no one fetches for this long. */
const FAILURE_PAUSE_MS = 5 * SECOND_MS;

/** No key of the token's issuer is known, and it does not answer: the token may be valid. Try again in some seconds. */
export class KeysUnavailableError extends Error {
  readonly code = 'KEYS_UNAVAILABLE';
  readonly retryAfterS: number = FAILURE_PAUSE_MS / SECOND_MS;
  constructor(cause: unknown) {
    super('The keys of the token issuer cannot be read: try again in a few seconds.', { cause });
    this.name = 'KeysUnavailableError';
  }
}

export interface KeyCacheOptions {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How long keys stay good while the issuer cannot be reached. */
  readonly keepMs: number;
}

/**
 * An issuer's keys, fetched when they are first needed. An issuer that is away does not reject anyone whose key is
 * known: the last keys are kept for `keepMs`, and only the first request that notices waits for the fetch to fail.
 * Throws jose's errors for keys that the issuer does not have, and KeysUnavailableError where no keys are known.
 */
export function cacheKeys(
  fetchKeySet: () => Promise<JSONWebKeySet>,
  { now, keepMs }: KeyCacheOptions,
): JWTVerifyGetKey {
  let keys: { readonly find: JWTVerifyGetKey; readonly fetchedAt: number } | undefined;
  let failure: unknown;
  let fetchEndedAt = -Infinity;
  let running: Promise<void> | undefined;

  const fetchOnce = async (): Promise<void> => {
    try {
      const find = createLocalJWKSet(await fetchKeySet());
      keys = { find, fetchedAt: now() };
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    fetchEndedAt = now();
    running = undefined;
  };
  /** All who ask at the same time wait for one fetch. Undefined during a pause. */
  const refresh = (): Promise<void> | undefined => {
    const pauseMs = failure === undefined ? REFETCH_PAUSE_MS : FAILURE_PAUSE_MS;
    if (running === undefined && now() - fetchEndedAt >= pauseMs) running = fetchOnce();
    return running;
  };
  const ageMs = (): number => now() - (keys?.fetchedAt ?? -Infinity);
  const known = (): JWTVerifyGetKey | undefined => (ageMs() < keepMs ? keys?.find : undefined);

  return async (header, token) => {
    if (ageMs() >= REFRESH_MS) {
      const isAway = failure !== undefined && known() !== undefined;
      const refreshing = refresh();
      if (!isAway) await refreshing;
    }
    const find = known();
    if (find === undefined) throw new KeysUnavailableError(failure);
    try {
      return await find(header, token);
    } catch (error) {
      const refreshing = error instanceof errors.JWKSNoMatchingKey ? refresh() : undefined;
      if (refreshing === undefined) throw error;
      await refreshing;
      return (known() ?? find)(header, token);
    }
  };
}
