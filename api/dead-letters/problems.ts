import { NotAcknowledgedError } from '../../platform/kafka/acknowledgement.ts';
import { NotSentError } from '../../platform/kafka/acknowledged-producer.ts';
import { SchemaRegistryError } from '../../platform/schema-registry/client.ts';
import { SchemasUnavailableError } from '../../store/dead-letters/schema-reader.ts';
import { RETRY_AFTER } from '../problems/clickhouse.ts';
import { Problem } from '../problems/problem.ts';
import { answer } from '../problems/schema.ts';

/** Of the routes that validate: they need what the consumers read. */
export const VALIDATING_PROBLEMS = {
  503: answer('ClickHouse, Kafka or the schema registry is unavailable: retry-after says when to try again'),
};

/** Runs work that needs Kafka or the schema registry. Throws the Problem `unavailable` where one of them is away. */
export async function withServices<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw unavailable(error) ?? error;
  }
}

function unavailable(error: unknown): Problem | undefined {
  const more = { cause: error, headers: RETRY_AFTER };
  if (error instanceof SchemasUnavailableError || error instanceof SchemaRegistryError) {
    return new Problem(
      'unavailable',
      'The writer schemas cannot be read now: try again in a few seconds.',
      more,
    );
  }
  if (error instanceof NotSentError || error instanceof NotAcknowledgedError) {
    const detail =
      'Kafka did not confirm the replay: send the request again. An event counts once all the same.';
    return new Problem('unavailable', detail, more);
  }
  return undefined;
}
