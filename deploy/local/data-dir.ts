import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { dataDirNotOurs, dataDirNotWritable, dataDirShared, diskFull } from './errors.ts';

/** Enough for the sample log's topics, tables and logs, with room for merges. */
const NEEDED_BYTES = 512 * 2 ** 20;
/** Any of these in a directory shows that a local stack has run there. */
const MARKS = ['secret', 'pids', 'stack.lock'];
const OTHERS = 0o077;

export interface DataDirChecks {
  readonly freeBytes?: (dir: string) => number;
  /** The system user of this process; undefined where there are none (Windows). */
  readonly uid?: number | undefined;
}

/**
 * Creates the data directory, closes it to other users of this machine, and checks that servers can keep their data
 * there: it holds the calls, the tokens' key and the passwords.
 * @throws LocalStackError DATA_DIR_NOT_WRITABLE, DATA_DIR_NOT_OURS, DATA_DIR_SHARED, DISK_FULL
 */
export function openDataDir(
  dataDir: string,
  { freeBytes = freeBytesOf, uid = process.getuid?.() }: DataDirChecks = {},
): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw dataDirNotWritable(dataDir, error instanceof Error ? error.message : String(error));
  }
  closeToOthers(dataDir, uid);
  const free = freeBytes(dataDir);
  if (free < NEEDED_BYTES) throw diskFull(dataDir, free, NEEDED_BYTES);
}

/** A directory with other files stays as it is: /tmp or a home must not be closed by a mistyped DATA_DIR. */
function closeToOthers(dataDir: string, uid: number | undefined): void {
  const { mode, uid: owner } = statSync(dataDir);
  if (uid !== undefined && owner !== uid) throw dataDirNotOurs(dataDir, owner, uid);
  if ((mode & OTHERS) === 0) return;
  const isOfAStack = MARKS.some((name) => existsSync(join(dataDir, name)));
  if (!isOfAStack && readdirSync(dataDir).length > 0) throw dataDirShared(dataDir);
  chmodSync(dataDir, mode & ~OTHERS & 0o777);
}

function freeBytesOf(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  return bavail * bsize;
}
