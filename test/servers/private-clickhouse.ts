import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { startClickHouse } from '../../deploy/local/clickhouse.ts';
import { clickhouseLogin } from '../../deploy/local/clickhouse-users.ts';
import { runDataDir } from './addresses.ts';
import { TEST_USER } from './clickhouse-user.ts';

/** A ClickHouse of a suite's own, which it may kill: clients find it again at the same address. */
export interface PrivateClickHouse {
  readonly url: string;
  /** Environment variables for it. */
  readonly variables: {
    readonly CLICKHOUSE_URL: string;
    readonly CLICKHOUSE_USER: string;
    readonly CLICKHOUSE_PASSWORD: string;
  };
  /** kill -9; ends when the process is gone. */
  kill(): Promise<void>;
  /** The same port and the same data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const MEMORY_BYTES = 2 * 2 ** 30;

/** Always the embedded server: only its process can be killed at any instant, on every machine. */
export async function startPrivateClickHouse(): Promise<PrivateClickHouse> {
  const dataDir = mkdtempSync(join(runDataDir(), 'clickhouse-'));
  const options = { dataDir, users: [TEST_USER], memoryBytes: MEMORY_BYTES };
  let server = await startClickHouse(options);
  const { url, port } = server;
  const { user, password } = clickhouseLogin(dataDir, TEST_USER);
  return {
    url,
    variables: { CLICKHOUSE_URL: url, CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password },
    kill: async () => {
      server.kill('SIGKILL');
      await server.exited;
    },
    restart: async () => {
      await server.stop();
      server = await startClickHouse({ ...options, port });
    },
    stop: () => server.stop(),
  };
}
