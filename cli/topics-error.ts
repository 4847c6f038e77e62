import { problemOf } from '../platform/kafka/access-error.ts';

/** Kafka did not create the topics. What exists stays; run the command again once the cause is removed. */
export class TopicsNotCreatedError extends Error {
  readonly code = 'TOPICS_NOT_CREATED';
  constructor(cause: unknown) {
    super(`The topics were not created: ${reasonsOf(cause).join('; ')}. Fix that and run it again.`, {
      cause,
    });
    this.name = 'TopicsNotCreatedError';
  }
}

/** The topics exist, but an existing one keeps its records for another time than the setting says. */
export class RetentionNotSetError extends Error {
  readonly code = 'RETENTION_NOT_SET';
  constructor(topic: string, days: number, cause: unknown) {
    super(
      `The topics exist, but it was not set that ${topic} keeps its records for ${days} days ` +
        `(DEAD_LETTER_RETENTION_DAYS): ${reasonsOf(cause).join('; ')}. Fix that and run it again.`,
      { cause },
    );
    this.name = 'RetentionNotSetError';
  }
}

/** kafkajs lists the topics' errors in one of its own, whose message says nothing. */
function reasonsOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  if (!('errors' in error) || !Array.isArray(error.errors)) return [problemOf(error)];
  return [...new Set(error.errors.flatMap(reasonsOf))];
}
