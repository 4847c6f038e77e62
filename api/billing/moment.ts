import type { Catalogues } from '../../domain/catalogues/catalogues.ts';
import type { PriceBook } from '../../domain/catalogues/prices.ts';
import { closableUntil } from '../../domain/closing/when-to-close.ts';
import { confirmedOf, readWatermarks } from '../../store/progress/watermark.ts';
import type { StatementSources } from '../dependencies.ts';
import { RETRY_AFTER } from '../problems/clickhouse.ts';
import { Problem } from '../problems/problem.ts';
import type { Moment } from './rows.ts';

/** Reads what decides the status of days. Read it before their charges and calls, so that no day looks settled early. */
export async function readMoment(
  { clickhouse, topics, timing, now: clock }: StatementSources,
  catalogues: Catalogues,
): Promise<Moment> {
  const now = clock();
  const { calls, settings, dailyCharges } = topics;
  const watermarkOf = await readWatermarks(clickhouse, [calls, settings, dailyCharges], now);
  return {
    now,
    // Kafka's clock decides when a charge is appended, a consumer's clock when it landed: the delay covers both.
    chargesUntil: watermarkOf(dailyCharges).confirmed - timing.sealDelayMs,
    closableUntil: closableUntil(confirmedOf(watermarkOf, topics), timing),
    priceBook: (name) => priceBookNamed(catalogues, name),
  };
}

/** Throws the Problem `unavailable` for a price book that has landed after the settings were read. */
function priceBookNamed({ prices }: Catalogues, name: string): PriceBook {
  const book = prices.find((each) => each.name === name);
  if (book !== undefined) return book;
  throw new Problem(
    'unavailable',
    `The price book ${JSON.stringify(name)} of a charge has only just landed: try again.`,
    {
      headers: RETRY_AFTER,
    },
  );
}
