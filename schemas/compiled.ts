import type { Static, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';

/** A schema's compiled check. */
export interface Compiled<Schema extends TSchema> {
  readonly check: (value: unknown) => value is Static<Schema>;
  readonly errors: (value: unknown) => ReturnType<Validator['Errors']>;
}

const validators = new WeakMap<TSchema, Pick<Validator, 'Check' | 'Errors'>>();

/** Compiled at the first use, and kept as long as the schema is. */
export function compiled<Schema extends TSchema>(schema: Schema): Compiled<Schema> {
  let validator = validators.get(schema);
  if (!validator) validators.set(schema, (validator = Compile(schema)));
  return {
    check: (value): value is Static<Schema> => validator.Check(value),
    errors: (value) => validator.Errors(value),
  };
}
