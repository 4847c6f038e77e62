import { AlertBook } from '../../domain/alerts/alert-book.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { factsOf, readAlertLog, readBook, type LoggedRecord } from '../../store/alerts/log.ts';

/** The alerts that are open, as far as the topic alerts was followed. */
export class FollowedBook {
  readonly #client: ClickHouseClient;
  #book: AlertBook | undefined;
  #next = 0;

  constructor(client: ClickHouseClient) {
    this.#client = client;
  }

  get openCount(): number {
    return this.#book?.openCount ?? 0;
  }

  /** The offset from which on it reads next. */
  get next(): number {
    return this.#next;
  }

  /** The book as it is known; undefined where it must be restored. */
  get known(): AlertBook | undefined {
    return this.#book;
  }

  /** What is known is wrong: it is restored next. */
  forget(): void {
    this.#book = undefined;
  }

  /** Takes over the alerts from the table. */
  async restore(): Promise<AlertBook> {
    const { entries, next } = await readBook(this.#client);
    const book = new AlertBook();
    for (const { key, number, open } of entries) book.restore(key, number, open);
    this.#next = next;
    this.#book = book;
    return book;
  }

  /** Reads what has landed since. */
  async follow(book: AlertBook): Promise<void> {
    for (;;) {
      const { records, next, isCut } = await readAlertLog(this.#client, this.#next);
      for (const record of records) applyRecord(book, record);
      this.#next = next;
      if (!isCut) return;
    }
  }
}

function applyRecord(book: AlertBook, record: LoggedRecord): void {
  const { kind, org_id, product, rule_id, subject, number, value } = record;
  if (kind !== 'raised' && kind !== 'resolved') return;
  const key = { orgId: org_id, product, ruleId: rule_id, subject };
  book.apply({ phase: kind, key, number, facts: factsOf(value) });
}
