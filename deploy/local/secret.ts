import { randomBytes } from 'node:crypto';
import { linkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode } from './error-code.ts';

const SECRET_BYTES = 32;

/**
 * The file with the key that signs this stack's tokens. Only its owner can read it. It is created once per data
 * directory, so that tokens outlive a restart. @returns its path
 */
export function secretFile(dataDir: string, random: (size: number) => Buffer = randomBytes): string {
  const file = join(dataDir, 'secret');
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${random(SECRET_BYTES).toString('base64url')}\n`, { mode: 0o600 });
  try {
    linkSync(draft, file); // never half written, never overwritten
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft);
  }
  return file;
}
