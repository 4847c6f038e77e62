import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

/** A schema's compiled check. */
export interface Compiled<Schema extends TSchema> {
  readonly check: (value: unknown) => value is Static<Schema>;
  /** Every deviation of a value that does not pass. */
  readonly validationErrors: (value: unknown) => ValidationError[];
}

/** Where a value is not of its schema, as a JSON pointer into it, and what is wrong there, to be read by people. */
export interface ValidationError {
  readonly path: string;
  readonly message: string;
}

const validators = new WeakMap<TSchema, Pick<Validator, 'Check' | 'Errors'>>();

/** Compiled at the first use, and kept as long as the schema is. */
export function compiled<Schema extends TSchema>(schema: Schema): Compiled<Schema> {
  let validator = validators.get(schema);
  if (!validator) validators.set(schema, (validator = Compile(schema)));
  return {
    check: (value): value is Static<Schema> => validator.Check(value),
    validationErrors: (value) =>
      validator
        .Errors(value)
        // An unknown property is told twice: by its own path (keyword boolean), and by its object.
        .filter(({ keyword }) => keyword !== 'additionalProperties')
        .map(({ keyword, instancePath, message }) => ({
          path: instancePath,
          message: keyword === 'boolean' ? 'is nothing that is known here' : message,
        })),
  };
}
