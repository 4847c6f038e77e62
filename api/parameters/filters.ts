import { Type, type Static, type TSchema } from 'typebox';
import type { Filters } from '../../store/usage/filters.ts';
import { MAX_ENDPOINT_BYTES } from '../../schemas/event-rules.ts';
import { Name } from './org.ts';

/** Values of one filter: enough for a manual selection, and they fit into a URL. */
const MAX_VALUES = 100;

const anyOf = <Value extends TSchema>(value: Value, meaning: string) =>
  Type.Optional(
    Type.Array(value, {
      maxItems: MAX_VALUES,
      description: `only calls ${meaning}; repeat it to match any of several values`,
    }),
  );

const names = (meaning: string) => anyOf(Name('1 to 128 characters'), meaning);

/** For values that may be empty: `module=` matches the calls without a module. */
const texts = (meaning: string) =>
  anyOf(
    Type.String({ maxLength: MAX_ENDPOINT_BYTES, description: `at most ${MAX_ENDPOINT_BYTES} characters` }),
    `${meaning}; empty for calls without one`,
  );

/**
 * A parameter for every dimension, with the name that answers use. Values must match exactly. A repeated parameter
 * matches any of its values; a call must match all parameters. Values are not comma separated, since names contain
 * commas.
 */
export const filterProperties = {
  product: names('of this product'),
  user: names('of this user'),
  app: names('of this application'),
  method: texts('of this HTTP method'),
  endpoint: texts('of this path'),
  route: texts('of this route: a path with {id} in place of each segment that names a record'),
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
 * The request's filters, narrowed to what the caller may see: the role `user` finds no calls of other users.
 * @param only the user to whose calls the answer is limited
 */
export function filtersOf(requested: Static<typeof FilterQuery>, only: string | undefined): Filters {
  if (only === undefined) return requested;
  return { ...requested, user: (requested.user ?? [only]).filter((user) => user === only) };
}
