import { ConfigError, readSecretText, type Environment } from '../config.ts';

/** RFC 7518, 3.2: an HS256 key has at least as many bits as the hash. */
const MIN_SECRET_BYTES = 32;

/**
 * HS256 keys, or keys of sessions. The first signs; all of them verify, so that a key can be replaced while its tokens
 * are still valid.
 */
export type Secrets = readonly [Uint8Array, ...Uint8Array[]];

/**
 * Keys separated by commas, or the file that NAME_FILE names, one key a line.
 * @returns undefined where neither is given. Throws ConfigError; its text never holds a key.
 */
export function readGivenSecrets(env: Environment, variable = 'JWT_SECRET'): Secrets | undefined {
  const text = readSecretText(env, variable);
  if (text === undefined) return undefined;
  const file = env[`${variable}_FILE`];
  const name = file ? `${variable}_FILE ${file}` : variable;
  const keys = text
    .split(file ? '\n' : ',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
  const [first, ...others] = keys.map((key) => Buffer.from(key, 'utf8'));
  if (first === undefined) throw new ConfigError([`${name} holds no key`]);
  const problems = [first, ...others].flatMap(({ length }, index) =>
    length >= MIN_SECRET_BYTES ? [] : [tooShort(name, keys.length > 1 ? index + 1 : undefined, length)],
  );
  if (problems.length > 0) throw new ConfigError(problems);
  return [first, ...others];
}

/** The same where they must be given. */
export function readSecrets(env: Environment): Secrets {
  const secrets = readGivenSecrets(env);
  if (secrets === undefined) throw new ConfigError(['Set either JWT_SECRET or JWT_SECRET_FILE, not both']);
  return secrets;
}

const tooShort = (name: string, number: number | undefined, bytes: number): string =>
  number === undefined
    ? `${name} has ${bytes} bytes and needs at least ${MIN_SECRET_BYTES}`
    : `${name}: key ${number} has ${bytes} bytes and needs at least ${MIN_SECRET_BYTES}`;
