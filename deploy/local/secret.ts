import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasCode } from './error-code.ts';

const SECRET_BYTES = 32;

type Random = (size: number) => Buffer;

/** The key that signs this stack's tokens. Created once per data directory, so that tokens outlive a restart. */
export const secretFile = (dataDir: string, random?: Random): string =>
  createSecretFile(join(dataDir, 'secret'), random);

/** Creates a file with a random secret that only its owner can read, unless it is there already. @returns its path */
export function createSecretFile(file: string, random: Random = randomBytes): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
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
