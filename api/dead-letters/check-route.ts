import { Type } from 'typebox';
import { CheckTally } from '../../store/dead-letters/validated.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Count } from '../parameters/counts.ts';
import { cursorParameter } from '../parameters/cursor.ts';
import { NextCursor } from '../parameters/page.ts';
import type { ApiServer } from '../server.ts';
import { checkPage } from './check-page.ts';
import { decodePlace } from './cursors.ts';
import { VALIDATING_PROBLEMS, withServices } from './problems.ts';
import { filterProperties, filtersOf } from './query.ts';

const closed = { additionalProperties: false } as const;
export const ReasonCount = Type.Object({ reason: Type.String(), records: Count }, closed);

const CheckQuery = Type.Object({ ...filterProperties, cursor: cursorParameter(512) }, closed);
export const CheckAnswer = Type.Object(
  {
    checked: Count,
    countable: Type.Integer({ minimum: 0, description: 'Those that would count if they were replayed now.' }),
    countable_by_reason: Type.Array(ReasonCount, {
      description: 'By the reason they were quarantined for.',
    }),
    other_reasons: Type.Array(ReasonCount, { description: 'Why the others would not count.' }),
    next_cursor: NextCursor,
  },
  closed,
);

/** How many dead letters would count now, a page at a time. */
export function deadLetterCheckRoute(app: ApiServer, dependencies: ApiDependencies): void {
  app.route({
    method: 'GET',
    url: '/v1/dead-letters/check',
    config: { access: 'read-dead-letters' },
    schema: {
      summary: 'How many open dead letters would count now; publishes nothing',
      description:
        'Decoded and validated by the consumers’ own code. A page has up to 3,000; follow next_cursor and add up.',
      querystring: CheckQuery,
      response: { 200: CheckAnswer, ...VALIDATING_PROBLEMS },
    },
    handler: async ({ query: { cursor, ...requested } }) => {
      const after = cursor === undefined ? undefined : decodePlace(cursor);
      const filters = { ...filtersOf(requested), state: 'open' as const };
      const tally = new CheckTally();
      const { checked, next_cursor } = await withServices(() =>
        checkPage(dependencies, filters, after, async (chunk) => tally.add(chunk)),
      );
      return {
        checked,
        countable: tally.total,
        countable_by_reason: reasonsOf(tally.countable),
        other_reasons: reasonsOf(tally.others),
        next_cursor,
      };
    },
  });
}

const reasonsOf = (counts: ReadonlyMap<string, number>) =>
  [...counts].toSorted(([, one], [, other]) => other - one).map(([reason, records]) => ({ reason, records }));
