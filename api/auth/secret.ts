import { readFileSync } from 'node:fs';
import { ConfigError } from '../../platform/config.ts';

/** RFC 7518, 3.2: an HS256 key has at least as many bits as the hash. */
const MIN_SECRET_BYTES = 32;

/**
 * The HS256 key: JWT_SECRET, or the content of JWT_SECRET_FILE without surrounding whitespace.
 * Throws ConfigError; its text never holds the secret.
 */
export function readSecret({
  JWT_SECRET: given = '',
  JWT_SECRET_FILE: file = '',
}: Readonly<Record<string, string | undefined>>): Uint8Array {
  if ((given === '') === (file === '')) {
    throw new ConfigError(['Set either JWT_SECRET or JWT_SECRET_FILE, not both']);
  }
  return file === '' ? longEnough(given, 'JWT_SECRET') : readSecretFile(file);
}

/** @param file the path in JWT_SECRET_FILE. Throws ConfigError. */
export function readSecretFile(file: string): Uint8Array {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`JWT_SECRET_FILE cannot be read: ${String(error)}`]);
  }
  return longEnough(content.trim(), `The secret in JWT_SECRET_FILE ${file}`);
}

function longEnough(secret: string, name: string): Uint8Array {
  const bytes = Buffer.from(secret, 'utf8');
  if (bytes.length >= MIN_SECRET_BYTES) return bytes;
  throw new ConfigError([`${name} has ${bytes.length} bytes and needs at least ${MIN_SECRET_BYTES}`]);
}
