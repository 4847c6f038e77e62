import { AlertBook } from '../../domain/alerts/alert-book.ts';
import type { Decision } from '../../domain/alerts/alert.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { factsOf, readAlertLog, readBook, type LoggedRecord, type LogPart } from '../../store/alerts/log.ts';

/** The alerts that are open, as far as the topic alerts was followed, and by what this process has appended to it. */
export class FollowedBook {
  readonly #client: ClickHouseClient;
  #book: AlertBook | undefined;
  #next = 0;
  /** The offset after what this process has appended. */
  #appended = 0;

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

  /** Whether records of this process have not been read yet. */
  get awaitsOwn(): boolean {
    return this.#book !== undefined && this.#next < this.#appended;
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

  /**
   * Takes decisions that the log has, before they have landed. Each is the next step of its alert (alert-book.ts), so the
   * log takes it too, here or at an equal record before it; to read it later changes nothing.
   */
  appended(decisions: readonly Decision[], lastOffset: number): void {
    for (const decision of decisions) this.#book?.apply(decision);
    this.#appended = Math.max(this.#appended, lastOffset + 1);
  }

  /** Reads what has landed since. @returns undefined where nothing has, or the book was restored meanwhile */
  async follow(): Promise<LogPart | undefined> {
    const book = this.#book;
    if (book === undefined) return undefined;
    const part = await readAlertLog(this.#client, this.#next);
    if (this.#book !== book || part.next === part.from) return undefined;
    for (const record of part.records) applyRecord(book, record);
    this.#next = part.next;
    return part;
  }
}

function applyRecord(book: AlertBook, record: LoggedRecord): void {
  const { kind, org_id, product, rule_id, subject, number, value } = record;
  if (kind !== 'raised' && kind !== 'resolved') return;
  const key = { orgId: org_id, product, ruleId: rule_id, subject };
  book.apply({ phase: kind, key, number, facts: factsOf(value) });
}
