import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf } from '../problems/error-facts.ts';

/**
 * One-time codes of the local sign-in. A code is a file in the data directory, named by the code's hash, so that only
 * who can write there can make one, and removing the file uses it up, also across restarts of the API.
 */

const CODE_BYTES = 16;
const CODE = /^[\w-]{22}$/;

/** @returns a new code, which works once */
export function createSignInCode(dataDir: string): string {
  const code = randomBytes(CODE_BYTES).toString('base64url');
  mkdirSync(folderOf(dataDir), { recursive: true, mode: 0o700 });
  writeFileSync(fileOf(dataDir, code), '', { mode: 0o600 });
  return code;
}

/** @returns whether the code was good; it no longer is */
export function redeemSignInCode(dataDir: string, code: string): boolean {
  if (!CODE.test(code)) return false;
  try {
    unlinkSync(fileOf(dataDir, code));
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Makes every code void that has not been used. */
export function voidSignInCodes(dataDir: string): void {
  rmSync(folderOf(dataDir), { recursive: true, force: true });
}

const folderOf = (dataDir: string): string => join(dataDir, 'sign-in-codes');
const fileOf = (dataDir: string, code: string): string =>
  join(folderOf(dataDir), createHash('sha256').update(code).digest('hex'));
