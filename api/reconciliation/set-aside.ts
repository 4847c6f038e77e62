import { formatInstant } from '../../domain/instants.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { byOrganisation, readSetAside } from '../../store/progress/set-aside.ts';
import { difference, type Difference } from '../../store/reconciliation/difference.ts';

const MAX_SHOWN = 100;

/** Each organisation whose days the aggregator could not close: since when, and why. */
export async function readSetAsideDifferences(client: ClickHouseClient): Promise<Difference[]> {
  const orgs = byOrganisation(await readSetAside(client));
  return orgs
    .slice(0, MAX_SHOWN)
    .map(({ org_id, since, error_code, error }) =>
      difference(
        'org-set-aside',
        `${org_id}, since ${formatInstant(since)}`,
        'closed',
        `${error_code}: ${error}`,
      ),
    );
}
