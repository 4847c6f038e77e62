import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { lastLines, logFileOf, startChild, type Child } from './child.ts';
import { serverDidNotStart } from './errors.ts';
import { freePort } from './ports.ts';
import { until } from './until.ts';

export interface LocalClickHouse {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Child['exited'];
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

export interface ClickHouseOptions {
  readonly dataDir: string;
  /** Default: a free port. Give the same port at a restart, so that clients reconnect. */
  readonly port?: number;
  readonly memoryBytes?: number;
}

const NAME = 'clickhouse';
// Two stacks and a test run must fit into 16 GiB.
const MEMORY_BYTES = 4 * 2 ** 30;
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 5_000;

/**
 * Starts ClickHouse on 127.0.0.1 with its data in DATA_DIR/clickhouse, and waits until it answers.
 * It ends when this process ends, even by kill -9.
 * @throws LocalStackError SERVER_DID_NOT_START with the end of its log
 */
export async function startClickHouse(options: ClickHouseOptions): Promise<LocalClickHouse> {
  const { dataDir } = options;
  const port = options.port ?? (await freePort());
  const dir = join(dataDir, 'clickhouse');
  mkdirSync(dir, { recursive: true });
  const configFile = join(dataDir, 'clickhouse.xml');
  writeFileSync(
    configFile,
    config(logFileOf(dataDir, 'clickhouse-server'), options.memoryBytes ?? MEMORY_BYTES),
  );
  const child = await startChild({
    name: NAME,
    command: process.execPath,
    args: [join(projectRoot(), 'deploy/local/clickhouse-server.ts'), configFile, dir, String(port)],
    dataDir,
    ipc: true,
  });
  const url = `http://127.0.0.1:${port}`;
  await ready(child, url);
  return {
    url,
    port,
    pid: child.pid,
    exited: child.exited,
    stop: () => child.stop(STOP_WITHIN_MS),
    kill: (signal) => child.kill(signal),
  };
}

async function ready(child: Child, url: string): Promise<void> {
  let ended = false;
  void child.exited.then(() => (ended = true));
  if ((await until(async () => ended || (await answers(url)), READY_WITHIN_MS)) && !ended) return;
  await child.stop(0);
  const what = ended ? 'ended while it started' : `did not answer within ${READY_WITHIN_MS / 1_000} s`;
  throw serverDidNotStart('ClickHouse', what, child.logFile, lastLines(child.logFile));
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/?query=SELECT%201`, { signal: AbortSignal.timeout(2_000) });
    return response.ok && (await response.text()) === '1\n';
  } catch {
    return false; // nothing listens yet
  }
}

/** Small caches, few background threads, dropped tables removed at once: the server shares a developer's machine. */
function config(logFile: string, memoryBytes: number): string {
  return `<clickhouse>
  <logger>
    <log>${escapeXml(logFile)}</log>
    <size>16M</size>
    <count>2</count>
  </logger>
  <max_server_memory_usage>${memoryBytes}</max_server_memory_usage>
  <mark_cache_size>${2 ** 28}</mark_cache_size>
  <background_pool_size>2</background_pool_size>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <database_atomic_delay_before_drop_table_sec>0</database_atomic_delay_before_drop_table_sec>
</clickhouse>
`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
