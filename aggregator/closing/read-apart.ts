import { ClickHouseError } from '@clickhouse/client';
import { UnexpectedRowError } from '../../platform/clickhouse/connect.ts';

/** After so many failures and no success the cause is the server, not an organisation. */
const FAILURES_OF_A_SERVER = 3;

/**
 * Reads something of many organisations at once. Where ClickHouse answers with an error, or with a row that does not
 * match its schema, reads the halves, their halves and so on: only the organisations whose own read fails are missing
 * from the result.
 * @param onFailure gets each organisation whose own read fails
 * @throws the error where ClickHouse cannot be reached, or fails for everyone
 */
export async function readApart<Row>(
  orgIds: readonly string[],
  read: (orgIds: readonly string[]) => Promise<readonly Row[]>,
  onFailure: (orgId: string, error: unknown) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  let [succeeded, failed] = [0, 0];

  async function visit(ids: readonly string[]): Promise<void> {
    try {
      for (const row of await read(ids)) rows.push(row);
      succeeded += 1;
    } catch (error) {
      if (!(error instanceof ClickHouseError || error instanceof UnexpectedRowError)) throw error;
      const [only = '', ...others] = ids;
      if (others.length > 0) {
        await visit(ids.slice(0, Math.ceil(ids.length / 2)));
        await visit(ids.slice(Math.ceil(ids.length / 2)));
        return;
      }
      failed += 1;
      if (succeeded === 0 && failed >= FAILURES_OF_A_SERVER) throw error;
      onFailure(only, error);
    }
  }

  if (orgIds.length > 0) await visit(orgIds);
  return rows;
}
