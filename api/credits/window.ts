import { Type, type Static } from 'typebox';
import { WINDOW_MS } from '../../domain/usage/returning.ts';
import { Instant, InstantParameter, instantOf } from '../parameters/instant.ts';
import { ProductParameter } from '../parameters/org.ts';
import { invalidParameter } from '../problems/problem.ts';
import { formatInstant } from '../../domain/instants.ts';

export const AtQuery = Type.Object(
  {
    at: Type.Optional(InstantParameter('the end of the 24 hours; now by default')),
    product: ProductParameter,
  },
  { additionalProperties: false },
);

/** [from, to) of the rolling 24 hours that end at an instant, epoch milliseconds. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** The part of a window that can hold events: the store has no instants before 1970. */
export function storedPart({ from, to }: Window): Window {
  return { from: Math.max(0, from), to };
}

/** The window that ends at `at`, by default now. Throws the Problem `invalid-request` for one in the future. */
export function windowAt(at: string | undefined, now: number): Window {
  const to = at === undefined ? now : instantOf('at', at);
  if (to > now) {
    throw invalidParameter('at', `must not lie in the future: it is ${formatInstant(now)} now`);
  }
  return windowEndingAt(to);
}

export const windowEndingAt = (to: number): Window => ({ from: to - WINDOW_MS, to });

/** The fields of every answer about current usage. */
export const liveProperties = {
  org_id: Type.String(),
  product: Type.String(),
  as_of: Instant,
  lag_seconds: Type.Number({ minimum: 0, description: 'How far landing lags behind now.' }),
  window: Type.Object({ from: Instant, to: Instant }, { additionalProperties: false }),
};
const Live = Type.Object(liveProperties);

/** @param lagSeconds read for this answer (usage/newest.ts) */
export const describeWindow = (
  orgId: string,
  product: string,
  { from, to }: Window,
  lagSeconds: number,
): Static<typeof Live> => ({
  org_id: orgId,
  product,
  as_of: formatInstant(to),
  lag_seconds: lagSeconds,
  window: { from: formatInstant(from), to: formatInstant(to) },
});
