import { Type, type Static } from 'typebox';
import { formatInstant } from '../../domain/instants.ts';
import { canonical } from '../../domain/money.ts';
import { Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Instant } from '../parameters/instant.ts';
import { Amount, SlabsAnswer, slabsAnswer } from './amounts.ts';
import type { BilledAsAdjustment, LaterFigures } from '../../store/statements/later.ts';
import type { StatementDay } from '../../store/statements/rows.ts';

const strict = { additionalProperties: false };

/** A difference of a day that the statement of a later period bills. */
export const BilledAsAdjustmentAnswer = Type.Object(
  {
    credits: Type.Integer({ description: 'Negative where credits are taken back.' }),
    amount: Amount,
    billed_in: Type.Object({ from: DateOfDay, to: DateOfDay }, strict),
  },
  strict,
);

/** A day of a statement, the same in every answer that shows one. */
export const StatementDayAnswer = Type.Object(
  {
    day: DateOfDay,
    from: Instant,
    to: Instant,
    status: Type.Enum(['open', 'closed', 'final']),
    begun: Type.Boolean({ description: 'False for a day that lies ahead: its zeros are not figures yet.' }),
    subscribed: Type.Boolean({ description: 'False where the product had no subscription on the day.' }),
    revision: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
    used: Credits,
    included: Credits,
    additional_limit: Credits,
    additional_used: Credits,
    billed_credits: Credits,
    over_limit: Credits,
    amount: Amount,
    slabs: SlabsAnswer,
    later: Type.Union(
      [
        Type.Object(
          {
            revision: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()], {
              description: 'The last revision; null while these calls are not closed yet.',
            }),
            used: Credits,
            additional_used: Credits,
            over_limit: Credits,
          },
          strict,
        ),
        Type.Null(),
      ],
      {
        description:
          'What became known after the statement of the day’s period was final. The row stays as the statement was made.',
      },
    ),
    billed_as_adjustment: Type.Array(BilledAsAdjustmentAnswer, {
      description:
        'What the statements of later periods bill for the day; it is not part of `billed_credits`.',
    }),
  },
  strict,
);
export type StatementDayAnswer = Static<typeof StatementDayAnswer>;

export function statementDayAnswer(row: StatementDay): StatementDayAnswer {
  return {
    day: row.day.date,
    from: formatInstant(row.day.from),
    to: formatInstant(row.day.to),
    status: row.status,
    begun: row.hasBegun,
    subscribed: row.isSubscribed,
    revision: row.revision,
    used: row.used,
    included: row.included,
    additional_limit: row.additionalLimit,
    additional_used: row.additionalUsed,
    billed_credits: row.billedCredits,
    over_limit: row.overLimit,
    amount: canonical(row.amount),
    slabs: slabsAnswer(row.slabs),
    later: row.later && laterAnswer(row.later),
    billed_as_adjustment: row.billedAsAdjustment.map((part) => billedAsAdjustmentAnswer(part)),
  };
}

export function billedAsAdjustmentAnswer({
  credits,
  amount,
  billedIn,
}: BilledAsAdjustment): Static<typeof BilledAsAdjustmentAnswer> {
  return { credits, amount: canonical(amount), billed_in: billedIn };
}

function laterAnswer({
  revision,
  used,
  additionalUsed,
  overLimit,
}: LaterFigures): NonNullable<StatementDayAnswer['later']> {
  return { revision, used, additional_used: additionalUsed, over_limit: overLimit };
}
