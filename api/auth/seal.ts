import { hkdfSync } from 'node:crypto';
import { compactDecrypt, CompactEncrypt, errors } from 'jose';
import type { Secrets } from '../../platform/tokens/secret.ts';

/** Encrypts what a browser keeps for the API, so that only an API process with the same secret can read or make it. */
export interface Seal {
  /** @returns a JWE, of characters that need no escaping in a cookie */
  close(content: object): Promise<string>;
  /** @returns the content; undefined for text that this seal did not make, or that was changed */
  open(text: string): Promise<unknown>;
}

const ALGORITHM = 'dir';
/** Authenticated: a changed byte opens nothing. */
const ENCRYPTION = 'A256GCM';
const KEY_BYTES = 32;

/**
 * The first secret closes and all of them open, so that a secret can be replaced without ending what it sealed.
 * @param purpose each has keys of its own (HKDF), so that what was sealed for one never passes for another
 */
export function createSeal(secrets: Secrets, purpose: string): Seal {
  const keyOf = (secret: Uint8Array) => new Uint8Array(hkdfSync('sha256', secret, '', purpose, KEY_BYTES));
  const first = keyOf(secrets[0]);
  const keys = [first, ...secrets.slice(1).map(keyOf)];
  return {
    close: (content) =>
      new CompactEncrypt(Buffer.from(JSON.stringify(content)))
        .setProtectedHeader({ alg: ALGORITHM, enc: ENCRYPTION })
        .encrypt(first),
    open: async (text) => {
      for (const key of keys) {
        const plaintext = await decrypted(text, key);
        if (plaintext !== undefined) return JSON.parse(Buffer.from(plaintext).toString());
      }
      return undefined;
    },
  };
}

async function decrypted(text: string, key: Uint8Array): Promise<Uint8Array | undefined> {
  try {
    const rules = { keyManagementAlgorithms: [ALGORITHM], contentEncryptionAlgorithms: [ENCRYPTION] };
    return (await compactDecrypt(text, key, rules)).plaintext;
  } catch (error) {
    // TypeErrors are of text that is not a JWE at all.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}
