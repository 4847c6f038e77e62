/** `npm run estimate`: the price of additional credits. */
import { priceBookAt } from '../domain/catalogues/catalogues.ts';
import { canonical } from '../domain/money.ts';
import { estimate } from '../domain/pricing/estimate.ts';
import { runCommand } from '../platform/command-line/command.ts';
import { Options } from '../platform/command-line/options.ts';
import { withStack } from './stack.ts';
import { count, table } from './table.ts';

const MAX_DAYS = 366;
const USAGE = `npm run estimate -- --credits N [--days N]

Prices a day's additional credits, slab by slab, by the price book in effect now.

  --credits N    additional credits on a day
  --days N       number of such days, at most ${MAX_DAYS} (1)`;

await runCommand(async (args) => {
  const options = new Options(USAGE, { credits: 'string', days: 'string' }, args);
  if (options.has('help')) return USAGE;
  options.required('credits');
  const credits = options.integer('credits') ?? 0;
  const days = options.integer('days') ?? 1;
  if (days > MAX_DAYS) throw options.wrong(`--days must be at most ${MAX_DAYS}.`);
  return withStack(async ({ settings }) => {
    const book = priceBookAt(settings.catalogues, Date.now());
    const { day, amount } = estimate(book, credits, days);
    return [
      `${count(credits)} credits a day, price book ${book.name}, in ${book.currency}`,
      ...table(
        day.lines.map((line) => [
          count(line.credits),
          'credits at',
          line.rate_per_1000,
          'per 1,000 =',
          canonical(line.amount),
        ]),
      ),
      `a day: ${book.currency} ${canonical(day.amount)}`,
      ...(days === 1 ? [] : [`${count(days)} such days: ${book.currency} ${canonical(amount)}`]),
    ].join('\n');
  });
});
