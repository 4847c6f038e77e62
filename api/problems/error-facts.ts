import { Type } from 'typebox';
import { Value } from 'typebox/value';

const Coded = Type.Object({ code: Type.String() });
const Worded = Type.Object({ message: Type.String() });

/** The code of an error of node or a library; structural, as errors of another realm are no `instanceof Error`. */
export function codeOf(error: unknown): string | undefined {
  return Value.Check(Coded, error) ? error.code : undefined;
}

/** The first line of an error's message. */
export function messageOf(error: unknown): string {
  return (Value.Check(Worded, error) ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
