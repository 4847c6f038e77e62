import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../schemas/root.ts';

const CLOCK = join(projectRoot(), 'test/chaos/jumping-clock.mjs');

/** Environment variables of a stack whose processes' clocks can jump. @param directory where they look for it */
export function clockVariables(directory: string): Record<string, string> {
  mkdirSync(directory, { recursive: true });
  return { CLOCKS_DIR: directory, NODE_OPTIONS: `--import=${pathToFileURL(CLOCK).href}` };
}

/** Sets the clock of one process ahead, or back where `aheadMs` is negative, and after a while right again. */
export async function jumpClock(
  directory: string,
  pid: number,
  { aheadMs, forMs }: { readonly aheadMs: number; readonly forMs: number },
): Promise<void> {
  const file = join(directory, String(pid));
  writeFileSync(file, String(aheadMs));
  try {
    await sleep(forMs);
  } finally {
    rmSync(file, { force: true });
  }
}
