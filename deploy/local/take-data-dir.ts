import { lockDataDir } from './data-dir-lock.ts';
import { openDataDir } from './data-dir.ts';
import { endLeftovers } from './pid-record.ts';
import type { Shutdown } from './shutdown.ts';

/** From here on the directory is this process's, and what an earlier one left running in it is ended. */
export async function takeDataDir(
  dataDir: string,
  shutdown: Shutdown,
  say: (line: string) => void,
): Promise<void> {
  openDataDir(dataDir);
  const unlock = lockDataDir(dataDir);
  shutdown.add(async () => unlock());
  const ended = await endLeftovers(dataDir);
  if (ended.length > 0) say(`ended what an earlier start left running: ${ended.join(', ')}`);
  // After everything else: what was still being started when the end came, and what that start started meanwhile.
  shutdown.add(async () => {
    while ((await endLeftovers(dataDir)).length > 0);
  });
}
