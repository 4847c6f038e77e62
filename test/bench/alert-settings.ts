import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { readPositions } from '../../store/alerts/progress.ts';
import { openRecorder } from '../../store/settings/recorder.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import { until } from '../until.ts';

const RULES = { rules: [{ rule_id: 'total-80', kind: 'total-share', percent: 80 }], platform_rules: [] };
const RECORDED_WITHIN_MS = 60_000;

/** One rule for all, and a webhook of each organisation. */
export async function recordAlerting(
  namespace: NamespaceSettings,
  url: string,
  orgIds: readonly string[],
): Promise<void> {
  const client = connectClickHouse(namespace, 'bench');
  const recorder = openRecorder(
    { ...namespace, UNKNOWN_ORGS: 'local', SETTINGS_CHANGES_PER_HOUR: 100 },
    client,
    {
      clientId: 'bench',
      logger: createLogger('bench', 'fatal'),
      now: Date.now,
      timeoutMs: RECORDED_WITHIN_MS,
    },
  );
  const record = (orgId: string, kind: string, value: object) =>
    recorder.record({
      change_id: `${kind} ${orgId}`,
      org_id: orgId,
      kind,
      product: '',
      value: JSON.stringify(value),
      effective_at: 0,
      recorded_by: 'bench',
      reason: '',
    });
  await record('', 'alert-defaults', RULES);
  const webhook = {
    destination_id: 'ops',
    type: 'webhook',
    url,
    events: ['alert.raised'],
    is_enabled: true,
    disabled_reason: '',
    generation: 1,
    rotated_at: 0,
    is_removed: false,
  };
  await Promise.all(orgIds.map((orgId) => record(orgId, 'alert-destination', webhook)));
  await until('the alerts process works', async () => (await readPositions(client)).settings !== undefined);
  await recorder.close();
  await client.close();
}
