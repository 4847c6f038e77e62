import type { Catalogues } from '../../domain/catalogues/catalogues.ts';
import type { PriceBook } from '../../domain/catalogues/prices.ts';
import { closableUntil } from '../../domain/closing/when-to-close.ts';
import type { ClosingDelays } from '../../domain/closing/when-to-close.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Topics } from '../../schemas/topics.ts';
import { confirmedOf, readWatermarks } from '../progress/watermark.ts';
import type { Moment } from './rows.ts';

/** What a statement is read from. */
export interface StatementSources {
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly clickhouse: ClickHouseClient;
  readonly topics: Topics;
  /** The aggregator's delays of sealing and closing: they decide which days are open. */
  readonly timing: ClosingDelays;
}

/** A charge names a price book that these settings do not have: it has landed after they were read. */
export class UnknownPriceBookError extends Error {
  readonly code = 'UNKNOWN_PRICE_BOOK';
  constructor(name: string) {
    super(`The price book ${JSON.stringify(name)} of a charge has only just landed: try again.`);
    this.name = 'UnknownPriceBookError';
  }
}

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

/** @throws UnknownPriceBookError */
function priceBookNamed({ prices }: Catalogues, name: string): PriceBook {
  const book = prices.find((each) => each.name === name);
  if (book === undefined) throw new UnknownPriceBookError(name);
  return book;
}
