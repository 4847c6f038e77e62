/**
 * Measures the first read of the settings of a long log, from the log and from a snapshot, on given servers:
 * deploy/node.sh --expose-gc test/bench/start-settings.ts [changes, 1000000] [organisations, 100000]. In a database of its
 * own, which it drops.
 */
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { createSettingsStore } from '../../store/settings/store.ts';
import { openNamespace } from '../servers/namespace.ts';

const [changes = 1_000_000, orgs = 100_000] = process.argv.slice(2).map(Number);
const namespace = openNamespace('start_settings');
await migrate(namespace.settings);
const client = connectClickHouse(namespace.settings, 'start settings', { requestTimeoutMs: 300_000 });

await client.command({
  query: `INSERT INTO settings_log
    SELECT number, toDateTime64('2024-01-01', 3, 'UTC') + number / 4, toString(generateUUIDv4(number)), 'org-' || toString(number % {orgs:UInt64}),
      multiIf(number < {orgs:UInt64}, 'new-org', 'subscription'), if(number < {orgs:UInt64}, '', 'crm'),
      multiIf(number < {orgs:UInt64}, '{"time_zone":"Europe/Rome","billing_day":1}',
        number < 2 * {orgs:UInt64}, '{"edition":"standard","users":5}',
        '{"additional_limit":' || toString(intDiv(number, {orgs:UInt64})) || '}'),
      toDateTime64(0, 3, 'UTC'), 'ann', ''
    FROM numbers({changes:UInt64})`,
  query_params: { changes, orgs },
});

const onError = (error: unknown) => process.stdout.write(`${String(error)}\n`);

async function measure(name: string, changesPerSnapshot?: number): Promise<void> {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  const store = createSettingsStore(
    client,
    'none',
    changesPerSnapshot ? { changesPerSnapshot, onError } : undefined,
  );
  const state = await store.refresh();
  const [ms, { user, system }] = [performance.now() - started, process.cpuUsage(cpu)];
  globalThis.gc?.();
  const heldMb = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  const asked = performance.now();
  const limits = state.history('org-7')?.subscriptions[0]?.versions.length;
  const outcomes = (await store.outcomesOf(state, 'org-7')).length;
  process.stdout.write(
    `${name}: ${(ms / 1000).toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} CPU s of this process, ` +
      `${heldMb.toFixed(0)} MB held; then one organisation with its history: ${(performance.now() - asked).toFixed(0)} ms ` +
      `(${limits} versions, ${outcomes} changes)\n`,
  );
}

await measure(`${changes} changes of ${orgs} organisations, from the log`);
await measure('the same, and writing a snapshot', 1);
await measure('from the snapshot');
await client.close();
await namespace.drop();
