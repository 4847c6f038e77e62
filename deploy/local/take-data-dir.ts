import { killAfterMs, type LocalConfig } from './config.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { openDataDir } from './data-dir.ts';
import { endLeftovers } from './pid-record.ts';
import type { Shutdown } from './shutdown.ts';

/** Locks the data directory for this process and ends what an earlier one left running there. */
export async function takeDataDir(
  { DATA_DIR: dataDir, ...config }: LocalConfig,
  shutdown: Shutdown,
  print: (line: string) => void,
): Promise<void> {
  openDataDir(dataDir);
  const unlock = lockDataDir(dataDir);
  shutdown.add(async () => unlock());
  const ended = await endLeftovers(dataDir, killAfterMs(config));
  if (ended.length > 0) print(`stopped what an earlier start left running: ${ended.join(', ')}`);
  // Last of all: what was still starting when the shutdown began, and what that has started since.
  shutdown.add(async () => {
    while ((await endLeftovers(dataDir)).length > 0);
  });
}
