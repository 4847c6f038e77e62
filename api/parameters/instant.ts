import { Type } from 'typebox';
import { invalidParameter } from '../problems/problem.ts';
import { parseInstant } from '../../domain/instants.ts';

/** An instant as a parameter. The validator checks the format by parseInstant: see validators.ts. */
export const InstantParameter = (meaning: string) =>
  Type.String({
    format: 'date-time',
    description: `${meaning}: an RFC 3339 instant such as 2026-11-22T03:04:05.678Z, 1970 to 2104`,
  });

/** An instant in an answer. */
export const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC, milliseconds.' });

/** Epoch milliseconds of a parameter. Throws the Problem `invalid-request`. */
export function instantOf(parameter: string, text: string): number {
  const instant = parseInstant(text);
  if (instant === undefined) throw invalidParameter(parameter, 'must be an RFC 3339 instant');
  return instant;
}
