import type { SettingNames } from './security.ts';
import { tlsAdvice } from './tls-advice.ts';

/**
 * Kafka does not let this client in, or not to what it asks for: a certificate, a password, a token or an ACL is wrong.
 * Someone must correct it; the message says what. Waiting helps only where that happens while the process runs.
 */
export class KafkaAccessError extends Error {
  readonly code = 'KAFKA_ACCESS';
  /** Read by kafkajs: whether it tries again. */
  readonly retriable: boolean;
  constructor(message: string, cause?: unknown, retriable = false) {
    super(message, { cause });
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
  'This Kafka user has no ACL for it. "npm run topics -- --acls" prints the ACLs of each process (docs/operations.md)';

/** An error of kafkajs, or one that wraps it, as an access error; undefined where it is of another kind. */
export function asAccessError(error: unknown, names: SettingNames): KafkaAccessError | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof KafkaAccessError) return error;
  const type = 'type' in error ? String(error.type) : '';
  if (MISSING_ACL.has(type)) return new KafkaAccessError(`${error.message}. ${ACL_ADVICE}.`, error);
  // kafkajs throws these where the broker does not offer the mechanism.
  if (error.name === 'KafkaJSSASLAuthenticationError' || type === 'UNSUPPORTED_SASL_MECHANISM') {
    const advice = `Set ${names.mechanism} to a mechanism that the brokers' listener offers`;
    return new KafkaAccessError(`${error.message}. ${advice}.`, error);
  }
  const code = 'code' in error ? String(error.code) : '';
  // The socket has put the advice into the message already.
  if (tlsAdvice(code, names) !== undefined) return new KafkaAccessError(error.message, error);
  return asAccessError(error.cause, names);
}

/** What an error of Kafka says, with the advice for a missing ACL. */
export function problemOf(error: unknown): string {
  for (let each = error; each instanceof Error; each = each.cause) {
    if ('type' in each && MISSING_ACL.has(String(each.type))) return `${each.message}. ${ACL_ADVICE}`;
  }
  return error instanceof Error ? error.message : String(error);
}
