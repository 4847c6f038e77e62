import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

/** A compiled schema. */
export interface Compiled<Schema extends TSchema> {
  readonly check: (value: unknown) => value is Static<Schema>;
  /** Every validation error of a value; empty for a valid one. */
  readonly validationErrors: (value: unknown) => ValidationError[];
}

/** A problem of a value and its place. */
export interface ValidationError {
  /** A JSON pointer into the value; '' for the whole. */
  readonly path: string;
  /** For people; follows the path in a sentence, such as "must be >= 0". */
  readonly message: string;
}

const validators = new WeakMap<TSchema, Pick<Validator, 'Check' | 'Errors'>>();

/** Compiles a schema at its first use and caches the result as long as the schema exists. */
export function compiled<Schema extends TSchema>(schema: Schema): Compiled<Schema> {
  let validator = validators.get(schema);
  if (!validator) validators.set(schema, (validator = Compile(schema)));
  return {
    check: (value): value is Static<Schema> => validator.Check(value),
    validationErrors: (value) =>
      validator
        .Errors(value)
        // TypeBox reports an unknown property twice: for the property (keyword boolean) and for its object.
        .filter(({ keyword }) => keyword !== 'additionalProperties')
        .map(({ keyword, instancePath, message }) => ({
          path: instancePath,
          message: keyword === 'boolean' ? 'is not a known property' : message,
        })),
  };
}
