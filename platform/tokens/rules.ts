import { Type } from 'typebox';
import { DAY_MS } from '../../schemas/time-units.ts';

export interface TokenRules {
  /** How far ahead a token's expiry may lie. D: a token that never ends cannot be taken back. */
  readonly maxAgeMs: number;
  /** How long an issuer's keys stay good while it cannot be reached. */
  readonly keepKeysMs: number;
}

export const TOKEN_RULES: TokenRules = { maxAgeMs: 31 * DAY_MS, keepKeysMs: DAY_MS };

/** The environment variables of processes that verify tokens, without those of the keys (keys.ts). */
export const tokenRuleVariables = {
  JWT_MAX_AGE_MS: Type.Integer({
    default: TOKEN_RULES.maxAgeMs,
    minimum: 1_000,
    description: 'how far ahead the expiry (exp) of a token may lie',
  }),
  JWKS_KEEP_MS: Type.Integer({
    default: TOKEN_RULES.keepKeysMs,
    minimum: 0,
    description: 'how long the issuer’s keys stay good while the issuer cannot be reached',
  }),
};

export const tokenRulesOf = (config: {
  readonly JWT_MAX_AGE_MS: number;
  readonly JWKS_KEEP_MS: number;
}): TokenRules => ({ maxAgeMs: config.JWT_MAX_AGE_MS, keepKeysMs: config.JWKS_KEEP_MS });
