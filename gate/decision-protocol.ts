import { Type, type Static } from 'typebox';
import { MAX_CREDITS } from '../schemas/event-rules.ts';
import { MINUTE_MS } from '../schemas/time-units.ts';

const Name = Type.String({ minLength: 1, maxLength: 128 });
const Credits = Type.Integer({ minimum: 0, maximum: MAX_CREDITS });
const strict = { additionalProperties: false };

/** `POST /v1/decisions`: may this call go on? */
export const DecisionsRequest = Type.Object(
  {
    org_id: Name,
    product: Name,
    user_id: Name,
    app_id: Type.Optional(Name),
    /** What the call may cost at most. */
    credits: Credits,
    /**
     * So soon after this decision Kafka will have acknowledged the call's event: the decision then settles itself.
     * Without it the caller reports each one in `settled`, and the gate holds the credits of those that it never does
     * for a day.
     */
    published_within_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 60 * MINUTE_MS })),
    /** Earlier decisions whose events Kafka has acknowledged, and what the calls have cost. */
    settled: Type.Optional(
      Type.Array(Type.Object({ decision_id: Type.String(), credits: Credits }, strict), { maxItems: 1_000 }),
    ),
  },
  strict,
);
export type DecisionsRequest = Static<typeof DecisionsRequest>;

export interface DecisionAnswer {
  readonly admitted: boolean;
  /** To report the call as settled; null where nothing is reserved. */
  readonly decision_id: string | null;
  /** For the answer to the call: RateLimit, RateLimit-Policy, Retry-After. */
  readonly headers: Readonly<Record<string, string>>;
  /** For the call's event: why it was rejected, or would have been in a dry run. */
  readonly rejection_cause: string | null;
  /** The body of the 429. */
  readonly problem: Readonly<Record<string, unknown>> | null;
}
