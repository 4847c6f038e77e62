import type { SettingNames } from './security.ts';
import { tlsAdvice } from './tls-advice.ts';

/**
 * Kafka does not let this client in, or not to what it asks for: a certificate, a password, a token or an ACL is wrong.
 * Someone must correct it; the message says what. Waiting helps only where that happens while the process runs.
 */
export class KafkaAccessError extends Error {
  readonly code = 'KAFKA_ACCESS';
  /** Read by kafkajs: whether it tries again. It would take a cause's word instead, so there is none. */
  readonly retriable: boolean;
  constructor(message: string, retriable = false) {
    super(message);
    this.name = 'KafkaAccessError';
    this.retriable = retriable;
  }
}

const MISSING_ACL = new Set([
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
]);
const ACL_ADVICE =
  'This user has no ACL for it. "npm run topics -- --acls" prints the ACLs of each process (docs/operations.md)';

/** An error of kafkajs, or one that wraps it, as an access error; undefined where it is of another kind. */
export function asAccessError(error: unknown, names: SettingNames): KafkaAccessError | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof KafkaAccessError) return error;
  if (isMissingAcl(error)) return new KafkaAccessError(`${problemOf(error)}.`);
  const type = 'type' in error ? String(error.type) : '';
  // kafkajs throws these where the broker does not offer the mechanism.
  if (error.name === 'KafkaJSSASLAuthenticationError' || type === 'UNSUPPORTED_SASL_MECHANISM') {
    const advice = `Set ${names.mechanism} to a mechanism that the brokers' listener offers`;
    return new KafkaAccessError(`${error.message}. ${advice}.`);
  }
  // kafkajs keeps to itself why each broker failed.
  if (error.name === 'KafkaJSGroupCoordinatorNotFound') {
    return new KafkaAccessError(
      `${error.message}: no broker answers, or the group is denied. ${ACL_ADVICE}.`,
    );
  }
  const code = 'code' in error ? String(error.code) : '';
  // The socket has put the advice into the message already.
  if (tlsAdvice(code, names) !== undefined) return new KafkaAccessError(error.message);
  return asAccessError(error.cause, names);
}

/** Whether an error of kafkajs, or one that it wraps, is a missing ACL: Kafka has done nothing then. */
export function isMissingAcl(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('type' in error && MISSING_ACL.has(String(error.type))) || isMissingAcl(error.cause);
}

/** What an error of Kafka says, with the advice for a missing ACL. */
export function problemOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return isMissingAcl(error) ? `${message}. ${ACL_ADVICE}` : message;
}
