import { Type, type Static, type TSchema } from 'typebox';
import type { Filters } from '../../store/usage/filters.ts';
import { MAX_ENDPOINT_BYTES } from '../../schemas/event-rules.ts';
import { Name } from './org.ts';

/** Values of one filter: enough for a selection by hand, and they fit an address. */
const MAX_VALUES = 100;

const anyOf = <Value extends TSchema>(value: Value, meaning: string) =>
  Type.Optional(
    Type.Array(value, {
      maxItems: MAX_VALUES,
      description: `only calls ${meaning}; repeated, of any of the values`,
    }),
  );

const names = (meaning: string) => anyOf(Name('1 to 128 characters'), meaning);

/** What a call may carry empty is looked for empty: `module=` are the calls without a module. */
const texts = (meaning: string) =>
  anyOf(
    Type.String({ maxLength: MAX_ENDPOINT_BYTES, description: `at most ${MAX_ENDPOINT_BYTES} characters` }),
    `${meaning}, or empty for those without`,
  );

/**
 * A parameter for every dimension, named as answers name it. A value is compared as it is, to the letter; repeated,
 * a parameter names alternatives, and different parameters must all hold. Not comma separated: names hold commas.
 */
export const filterProperties = {
  product: names('of this product'),
  user: names('of this user'),
  app: names('of this application'),
  method: texts('of this HTTP method'),
  endpoint: texts('of this path'),
  module: texts('that touched this module'),
  status: anyOf(
    Type.Integer({ minimum: 100, maximum: 999, description: 'an HTTP status' }),
    'answered with this HTTP status',
  ),
  rule: texts('whose credits this cost rule gave'),
  rejection_cause: texts('rejected for this cause'),
};
const FilterQuery = Type.Object(filterProperties);

/**
 * The filters asked for, within what the caller may see: asking for another user's calls, a `user` gets none.
 * @param only the user whose calls alone may be shown
 */
export function filtersOf(asked: Static<typeof FilterQuery>, only: string | undefined): Filters {
  if (only === undefined) return asked;
  return { ...asked, user: (asked.user ?? [only]).filter((user) => user === only) };
}
