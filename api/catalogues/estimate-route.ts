import { Type } from 'typebox';
import { estimate } from '../../domain/pricing/estimate.ts';
import { priceBookAt } from '../../domain/catalogues/catalogues.ts';
import { canonical } from '../../domain/money.ts';
import { Amount, SlabsAnswer, slabsAnswer } from '../billing/amounts.ts';
import type { Sources } from '../dependencies.ts';
import type { ApiServer } from '../server.ts';
import { Credits } from '../parameters/counts.ts';

const MAX_DAYS = 366;

const EstimateQuery = Type.Object(
  {
    credits: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'additional credits of one day',
    }),
    days: Type.Integer({ minimum: 1, maximum: MAX_DAYS, default: 1, description: 'the number of such days' }),
  },
  { additionalProperties: false },
);

export const EstimateAnswer = Type.Object(
  {
    credits: Credits,
    currency: Type.String(),
    price_book: Type.String({ description: 'The price book in effect now.' }),
    slabs: SlabsAnswer,
    day_amount: Amount,
    days: Type.Integer({ minimum: 1 }),
    amount: Type.String({ ...Amount, description: 'For all days, exact.' }),
  },
  { additionalProperties: false },
);

export function estimateRoute(app: ApiServer, { settings, now }: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/estimate',
    config: { access: 'read-prices' },
    schema: {
      summary: 'What additional credits cost',
      querystring: EstimateQuery,
      response: { 200: EstimateAnswer },
    },
    handler: async ({ query: { credits, days } }) => {
      const { catalogues } = await settings.refresh();
      const book = priceBookAt(catalogues, now());
      const { day, amount } = estimate(book, credits, days);
      return {
        credits,
        currency: book.currency,
        price_book: book.name,
        slabs: slabsAnswer(day.lines),
        day_amount: canonical(day.amount),
        days,
        amount: canonical(amount),
      };
    },
  });
}
