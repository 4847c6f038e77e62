import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readLandedEnd, type LogRecord } from '../../platform/landed-log.ts';
import { advance, readPositions } from '../../store/alerts/progress.ts';
import { parseRevision, readRevisions, type Revision } from '../../store/charges/read-revisions.ts';
import { eventRecord, wanting } from './wanting.ts';

const ROWS_AT_ONCE = 1_000;

/** Follows the topic daily-charges: each revision of a day is an event. Begins at its end the first time. */
export class ClosedDays {
  readonly #client: ClickHouseClient;
  readonly #topic: string;
  #next: number | undefined;

  /** @param topic of the charges */
  constructor(client: ClickHouseClient, topic: string) {
    this.#client = client;
    this.#topic = topic;
  }

  /**
   * Appends the events of the next revisions.
   * @throws what `append` throws: they are read again then
   */
  async follow(
    settings: SettingsState,
    append: (records: readonly LogRecord[]) => Promise<void>,
  ): Promise<void> {
    const end = await readLandedEnd(this.#client, this.#topic);
    this.#next ??= (await readPositions(this.#client)).charges;
    if (this.#next === undefined) return this.#advance(end);
    while (this.#next < end) {
      const rows = await readRevisions(this.#client, { from: this.#next, to: end, limit: ROWS_AT_ONCE });
      await append(
        rows
          .map(({ json }) => parseRevision(json))
          .filter(({ org_id }) => wanting(settings, org_id, 'day.closed').length > 0)
          .map((revision) => closedDay(revision)),
      );
      // Fewer rows than that: there are no more before the end.
      const isCut = rows.length === ROWS_AT_ONCE;
      await this.#advance(isCut ? (rows.at(-1)?.offset ?? end) + 1 : end);
    }
  }

  async #advance(next: number): Promise<void> {
    await advance(this.#client, 'charges', next);
    this.#next = next;
  }
}

function closedDay(row: Revision): LogRecord {
  const { org_id: orgId, product, day, revision } = row;
  return eventRecord('day.closed', { orgId, product }, [day, revision], {
    day,
    revision,
    used: row.used,
    included: row.included,
    additional_limit: row.additional_limit,
    billed_credits: row.billed_credits,
    over_limit: row.over_limit,
    amount: row.amount,
    delta_credits: row.delta_credits,
    delta_amount: row.delta_amount,
    currency: row.currency,
    billed_in: row.billed_in,
  });
}
