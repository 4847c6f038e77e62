import { Type } from 'typebox';
import { Count, Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Instant } from '../parameters/instant.ts';
import { NextCursor } from '../parameters/page.ts';

/** The figures of usage in an answer. */
export const sums = { calls: Count, credits: Credits, rejected: Count };
/** The moment of an answer. */
export const counted = {
  as_of: Type.String({ format: 'date-time', description: 'When the events were counted.' }),
  lag_seconds: Type.Number({ minimum: 0, description: 'How far landing lags behind as_of.' }),
};
const times = {
  day: Type.Optional(DateOfDay),
  hour: Type.Optional(Instant),
  '15m': Type.Optional(Instant),
};

/** The keys are the names of group_by. */
export const UsageRowAnswer = Type.Object(
  {
    ...times,
    user: Type.Optional(Type.String()),
    app: Type.Optional(Type.String()),
    method: Type.Optional(Type.String()),
    endpoint: Type.Optional(Type.String()),
    route: Type.Optional(
      Type.String({ description: 'The endpoint, with {id} in place of each segment that names a record.' }),
    ),
    module: Type.Optional(Type.String({ description: 'Empty for calls without one.' })),
    status: Type.Optional(Type.Integer()),
    rule: Type.Optional(Type.String({ description: 'The cost rule that gave the credits.' })),
    rejection_cause: Type.Optional(Type.String({ description: 'Empty for calls that were not rejected.' })),
    product: Type.Optional(Type.String()),
    ...sums,
  },
  { additionalProperties: false },
);

export const UsageAnswer = Type.Object(
  {
    org_id: Type.String(),
    from: Instant,
    to: Type.String({
      format: 'date-time',
      description:
        'The requested end; with `limit` not after the first page’s `as_of`, so that all pages cover one range.',
    }),
    time_zone: Type.String({
      description: 'The time zone of the days; the organisation’s current one by default.',
    }),
    ...counted,
    rows: Type.Array(UsageRowAnswer, {
      description:
        'In the order of the groups; none without group_by. With `top`, the largest combinations first, each in order of time.',
    }),
    other: Type.Optional(
      Type.Array(Type.Object({ ...times, ...sums }, { additionalProperties: false }), {
        description:
          'Only with `top`: the usage outside of `rows`, one entry for each time (a single one without a time in group_by); empty if there is none. An entry has no name, so it cannot be confused with a user called "other".',
      }),
    ),
    total: Type.Object(sums, {
      additionalProperties: false,
      description:
        'The whole range as of `as_of`: `rows` and `other` add up to it. So do the rows of all pages, unless a late event landed in between; then the last page’s total differs from the first one’s.',
    }),
    next_cursor: NextCursor,
  },
  { additionalProperties: false },
);
