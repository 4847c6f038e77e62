import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import { dataDirNotWritable, diskFull } from './errors.ts';

/** Enough for the sample log's topics, tables and logs, with room for merges. */
const NEEDED_BYTES = 512 * 2 ** 20;

/**
 * Creates the data directory and checks that servers can keep their data there.
 * @throws LocalStackError DATA_DIR_NOT_WRITABLE, DISK_FULL
 */
export function openDataDir(dataDir: string, freeBytes: (dir: string) => number = freeBytesOf): void {
  try {
    mkdirSync(dataDir, { recursive: true });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw dataDirNotWritable(dataDir, error instanceof Error ? error.message : String(error));
  }
  const free = freeBytes(dataDir);
  if (free < NEEDED_BYTES) throw diskFull(dataDir, free, NEEDED_BYTES);
}

function freeBytesOf(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}
