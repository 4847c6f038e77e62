import type { ChargeAnswer } from '../../../api/charges/answer.ts';
import type { FeedAnswer } from '../../../api/charges/feed-route.ts';

/** What a billing service keeps: what it has booked, and how far it has read. It survives the service's crashes. */
export interface Books {
  cursor(): Promise<string | undefined>;
  /** Books under a key; does nothing where something is booked under it already. */
  book(key: string, charge: ChargeAnswer): Promise<void>;
  keepCursor(cursor: string): Promise<void>;
}

export type AskPage = (cursor: string | undefined) => Promise<FeedAnswer>;

/**
 * How a billing service stays in step with GET /v1/charges: call this once a minute. The page is booked first and its
 * cursor kept after, so a crash in between brings the same page again, and the keys make the repeat harmless; a
 * cursor kept first would lose the page. (Books that keep both in one transaction need no keys.)
 */
export async function catchUp(askPage: AskPage, books: Books): Promise<void> {
  for (;;) {
    const cursor = await books.cursor();
    const { charges, next_cursor } = await askPage(cursor);
    // The same cursor again: nothing is new.
    if (next_cursor === cursor) return;
    for (const charge of charges) {
      // A revision never changes: whoever has seen it has seen it for good.
      const { org_id, product, day, revision } = charge;
      // What a customer owes is the sum of delta_amount, by org_id, product and billed_in.
      await books.book(JSON.stringify([org_id, product, day, revision]), charge);
    }
    await books.keepCursor(next_cursor);
  }
}
