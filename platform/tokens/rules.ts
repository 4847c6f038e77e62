import { DAY_MS } from '../../schemas/time-units.ts';

export interface TokenRules {
  /** How far ahead a token's expiry may lie. D: a token that never ends cannot be taken back. */
  readonly maxAgeMs: number;
  /** How long an issuer's keys stay good while it cannot be reached. */
  readonly keepKeysMs: number;
}

export const TOKEN_RULES: TokenRules = { maxAgeMs: 31 * DAY_MS, keepKeysMs: DAY_MS };
