import type { ChargeAnswer } from '../../../api/charges/answer.ts';
import type { FeedAnswer } from '../../../api/charges/feed-route.ts';

/** What a billing service stores: its bookings, and how far it has read. It survives crashes of the service. */
export interface Books {
  cursor(): Promise<string | undefined>;
  /** Books under a key; does nothing if the key exists. */
  book(key: string, charge: ChargeAnswer): Promise<void>;
  keepCursor(cursor: string): Promise<void>;
}

export type AskPage = (cursor: string | undefined) => Promise<FeedAnswer>;

/**
 * How a billing service follows GET /v1/charges: call this once a minute. It books a page first and stores the page's
 * cursor afterwards. A crash in between repeats the page, and the keys make the repeat harmless; a
 * cursor stored first would lose the page. (A service that stores both in one transaction needs no keys.)
 */
export async function catchUp(askPage: AskPage, books: Books): Promise<void> {
  for (;;) {
    const cursor = await books.cursor();
    const { charges, next_cursor } = await askPage(cursor);
    // The same cursor: nothing is new.
    if (next_cursor === cursor) return;
    for (const charge of charges) {
      // A revision never changes, so one booking is final.
      const { org_id, product, day, revision } = charge;
      // A customer owes the sum of delta_amount, by org_id, product and billed_in.
      await books.book(JSON.stringify([org_id, product, day, revision]), charge);
    }
    await books.keepCursor(next_cursor);
  }
}
