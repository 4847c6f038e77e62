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

/** kafkajs lists the topics' errors in one of its own, whose message says nothing. */
function reasonsOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [String(error)];
  if (!('errors' in error) || !Array.isArray(error.errors)) return [problemOf(error)];
  return [...new Set(error.errors.flatMap(reasonsOf))];
}
