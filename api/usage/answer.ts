import { Type } from 'typebox';
import { Instant } from '../parameters/instant.ts';
import { DateOfDay } from '../parameters/date.ts';

const Count = Type.Integer({ minimum: 0 });
const sums = { calls: Count, credits: Count, rejected: Count };

/** The keys are the names of group_by. */
export const UsageRowAnswer = Type.Object(
  {
    day: Type.Optional(DateOfDay),
    hour: Type.Optional(Instant),
    '15m': Type.Optional(Instant),
    user: Type.Optional(Type.String()),
    app: Type.Optional(Type.String()),
    method: Type.Optional(Type.String()),
    endpoint: Type.Optional(Type.String()),
    status: Type.Optional(Type.Integer()),
    product: Type.Optional(Type.String()),
    ...sums,
  },
  { additionalProperties: false },
);

export const UsageAnswer = Type.Object(
  {
    org_id: Type.String(),
    from: Instant,
    to: Instant,
    time_zone: Type.String({
      description: 'The zone of the days; the organisation’s present one by default.',
    }),
    rows: Type.Array(UsageRowAnswer, { description: 'In the order of the groups; none without group_by.' }),
    total: Type.Object(sums, { additionalProperties: false }),
  },
  { additionalProperties: false },
);
