import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { startClickHouse } from '../../deploy/local/clickhouse.ts';
import { runDataDir } from './addresses.ts';

/** A ClickHouse of a suite's own, which it may kill: clients find it again at the same address. */
export interface PrivateClickHouse {
  readonly url: string;
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
  let server = await startClickHouse({ dataDir, memoryBytes: MEMORY_BYTES });
  const { url, port } = server;
  return {
    url,
    kill: async () => {
      server.kill('SIGKILL');
      await server.exited;
    },
    restart: async () => {
      await server.stop();
      server = await startClickHouse({ dataDir, port, memoryBytes: MEMORY_BYTES });
    },
    stop: () => server.stop(),
  };
}
