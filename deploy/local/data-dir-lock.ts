import { join } from 'node:path';
import { tryLock } from '../lock.ts';
import { dataDirInUse } from './errors.ts';

/**
 * One stack to a data directory: DATA_DIR/lock names its process. A lock whose process is gone is taken over.
 * @returns what releases it @throws LocalStackError DATA_DIR_IN_USE
 */
export function lockDataDir(dataDir: string): () => void {
  const attempt = tryLock(join(dataDir, 'lock'));
  if ('holder' in attempt) throw dataDirInUse(dataDir, attempt.holder.pid);
  return attempt.release;
}
