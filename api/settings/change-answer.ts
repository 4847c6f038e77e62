import { Type, type Static } from 'typebox';
import type { Outcome } from '../../domain/settings/outcome.ts';
import { Instant } from '../parameters/instant.ts';
import { formatInstant } from '../../domain/instants.ts';

/** A settings change in the log, and its outcome. */
export const ChangeAnswer = Type.Object(
  {
    change_id: Type.String(),
    kind: Type.String({
      description: 'new-org, org, subscription, budget, team, spending-cap, gate, editions, prices or costs.',
    }),
    product: Type.Union([Type.String(), Type.Null()], {
      description: 'The subscription’s product; null for other changes.',
    }),
    value: Type.Unknown({ description: 'The value that the change sets.' }),
    recorded_at: Instant,
    recorded_by: Type.String(),
    reason: Type.String({ description: 'Empty where none was given.' }),
    effective_at: Instant,
    refused: Type.Union(
      [
        Type.Array(
          Type.Object(
            { code: Type.String(), pointer: Type.String(), detail: Type.String() },
            { additionalProperties: false },
          ),
        ),
        Type.Null(),
      ],
      {
        description:
          'Why the change was rejected, for example because an earlier one prevented it. Null if it was accepted.',
      },
    ),
  },
  { additionalProperties: false },
);
export type ChangeAnswer = Static<typeof ChangeAnswer>;

export function changeAnswer({ change, effectiveAt, rejection }: Outcome): ChangeAnswer {
  const { change_id, kind, product, value, appended_at, recorded_by, reason } = change;
  return {
    change_id,
    kind,
    product: product === '' ? null : product,
    value: parsed(value),
    recorded_at: formatInstant(appended_at),
    recorded_by,
    reason,
    effective_at: formatInstant(effectiveAt),
    refused:
      rejection?.problems.map(({ code, path, message }) => ({
        code,
        pointer: `#${path}`,
        detail: message,
      })) ?? null,
  };
}

/** A value that is not JSON was rejected for that reason and is shown as text. */
function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
