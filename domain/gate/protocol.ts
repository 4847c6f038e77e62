import { Type, type Static } from 'typebox';
import { BUDGET_SCOPES, MODES, WHEN_UNREACHABLE } from '../settings/guard-values.ts';
import { SCOPES } from './scopes.ts';

/** What a gate and the holders of its leases exchange: `POST /v1/leases`. */

const Name = Type.String({ maxLength: 128 });
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** More than any call costs, and far below 2^53 in any sum. */
const MAX_WANTED = 1_000_000_000;
const strict = { additionalProperties: false };

export const LeasesRequest = Type.Object(
  {
    org_id: Type.String({ minLength: 1, maxLength: 128 }),
    product: Type.String({ minLength: 1, maxLength: 128 }),
    leases: Type.Array(
      Type.Object(
        {
          id: Type.String({ pattern: '^[A-Za-z0-9-]{8,64}$', description: 'chosen by the holder; random' }),
          scope: Type.Enum([...SCOPES]),
          name: Name,
          settled: Count,
          returned: Count,
          closed: Type.Boolean(),
          wanted: Type.Integer({ minimum: 0, maximum: MAX_WANTED }),
          needed: Type.Integer({
            minimum: 0,
            maximum: MAX_WANTED,
            description: 'what the dearest call that waits lacks',
          }),
          least: Type.Integer({
            minimum: 0,
            maximum: MAX_WANTED,
            description: 'what the cheapest one lacks',
          }),
        },
        strict,
      ),
      { maxItems: 500 },
    ),
  },
  strict,
);
export type LeasesRequest = Static<typeof LeasesRequest>;

/** Why a call of `needed` credits does not fit. */
export const Shortage = Type.Object({
  needed: Count,
  /** When as many credits will have returned, epoch milliseconds; null where the limit itself is lower. */
  available_at: Type.Union([Type.Integer(), Type.Null()]),
  /** Who used most of the limit's credits in the last 24 hours. */
  top_user: Type.Union([Type.Object({ user_id: Name, credits: Count }), Type.Null()]),
  top_app: Type.Union([Type.Object({ app_id: Name, credits: Count }), Type.Null()]),
  /** Where the cap of the billing period has too little, and not the limit of 24 hours. */
  spending_cap: Type.Optional(
    Type.Object({
      amount: Type.String(),
      spent: Type.String(),
      currency: Type.String(),
      /** The credits that it lets the day use. */
      day_credits: Count,
    }),
  ),
});
export type Shortage = Static<typeof Shortage>;

/** How a limit stands, for people: used and available may be seconds old. */
export const LimitStanding = Type.Object({
  scope: Type.Enum([...SCOPES]),
  name: Name,
  limit: Count,
  used: Count,
  available: Count,
  shortage: Type.Optional(Shortage),
});
export type LimitStanding = Static<typeof LimitStanding>;

export type GateMode = (typeof MODES)[number];
export type WhenUnreachable = (typeof WHEN_UNREACHABLE)[number];

export const LeasesAnswer = Type.Object({
  mode: Type.Enum([...MODES]),
  /** Null where the organisation leaves it to the API server. */
  when_unreachable: Type.Union([Type.Enum([...WHEN_UNREACHABLE]), Type.Null()]),
  renew_in_ms: Type.Integer({ minimum: 1 }),
  budgets: Type.Array(
    Type.Object({
      scope: Type.Enum([...BUDGET_SCOPES]),
      name: Name,
      users: Type.Optional(Type.Array(Name)),
    }),
  ),
  leases: Type.Array(
    Type.Object({
      id: Type.String(),
      /** Credits since the lease began. */
      granted: Count,
      /** How long calls may be admitted from when the request was sent; 0 leaves what an earlier answer said. */
      lease_ms: Type.Integer({ minimum: 0 }),
      /** The gate knows nothing of it, or no more: begin another. */
      is_over: Type.Boolean(),
    }),
  ),
  limits: Type.Array(LimitStanding),
});
export type LeasesAnswer = Static<typeof LeasesAnswer>;
