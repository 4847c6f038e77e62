import { Type } from 'typebox';
import { Value } from 'typebox/value';

const Coded = Type.Object({ code: Type.String() });
const Explained = Type.Object({ message: Type.String() });

/** The code of an error of Node or a library. Structural, because `instanceof Error` fails across realms. */
export function codeOf(error: unknown): string | undefined {
  return Value.Check(Coded, error) ? error.code : undefined;
}

/** The first line of an error's message. */
export function messageOf(error: unknown): string {
  return (Value.Check(Explained, error) ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
