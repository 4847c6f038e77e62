import { createHash } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { partitionOf } from '../../platform/kafka/murmur2.ts';

/** A person whose user id is erased, as the table `erasures` has it (schemas/clickhouse/0021). */
export const Erasure = Type.Object({
  id: Type.String(),
  /** Empty: of every organisation. */
  org_id: Type.String(),
  /** Hexadecimal, as `digest` and `secret`. */
  salt: Type.String(),
  digest: Type.String(),
  secret: Type.String(),
  probe: Type.Integer(),
  /** Calls that occurred before it are erased; the start of an hour, epoch milliseconds as all times here. */
  cut: Type.Integer(),
  recorded_at: Type.Integer(),
  kept_until: Type.Integer(),
});
export type Erasure = Static<typeof Erasure>;

const PROBE_VALUES = 2 ** 31;
const PSEUDONYM_PREFIX = 'erased-';
const PSEUDONYM_DIGITS = 32;

/** A hash by which almost all other ids are passed over. */
export const probeOf = (userId: Uint8Array): number => partitionOf(userId, PROBE_VALUES);

/** What identifies a person without the id. @param salt hexadecimal */
export const digestOf = (salt: string, userId: Uint8Array): string =>
  createHash('sha256').update(Buffer.from(salt, 'hex')).update(userId).digest('hex');

export const isOf = ({ salt, digest }: Erasure, userId: Uint8Array): boolean =>
  digestOf(salt, userId) === digest;

/**
 * The user id that replaces the person's in one organisation: 39 characters that any user id may have. It cannot be
 * computed without the secret.
 */
export function pseudonymOf({ secret }: Pick<Erasure, 'secret'>, orgId: string): string {
  const hash = createHash('sha256').update(Buffer.from(secret, 'hex')).update(orgId).digest('hex');
  return `${PSEUDONYM_PREFIX}${hash.slice(0, PSEUDONYM_DIGITS)}`;
}

/** Whether a user id has the form of a pseudonym. */
export function isPseudonymLike(userId: Uint8Array): boolean {
  if (userId.length !== PSEUDONYM_PREFIX.length + PSEUDONYM_DIGITS) return false;
  return Buffer.from(userId.subarray(0, PSEUDONYM_PREFIX.length)).toString('latin1') === PSEUDONYM_PREFIX;
}
