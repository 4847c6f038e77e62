import { RecordsRejectedError } from '../../platform/kafka/call-event-producer.ts';
import { scopeInsufficient } from '../auth/challenge.ts';
import type { Caller } from '../auth/permissions.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Problem } from '../problems/problem.ts';
import { TooManyWaitingError, UnconfirmedError } from './event-publisher.ts';
import { MAX_EVENTS, type EventFormat } from './formats.ts';
import { FOREIGN_ORG, prepare, type Outcome } from './prepare.ts';
import type { EventResult } from './result.ts';
import { publishTraced } from './traced-publish.ts';

/**
 * Validates the events of a body and publishes the valid ones. Throws a Problem where no event was accepted: all are
 * invalid or of foreign orgs, there are too many, or Kafka did not confirm them.
 * @param traceparent of the request, if it has one
 * @returns a result for each event, in order
 */
export async function publishEvents(
  dependencies: ApiDependencies,
  { orgIds: [orgId] }: Caller,
  format: EventFormat,
  body: string,
  traceparent: string | undefined,
): Promise<EventResult[]> {
  const { now, eventTimeLimits: timeLimits } = dependencies;
  const given = format.split(body);
  if (given.length === 0) throw new Problem('invalid-request', 'Send at least one event.');
  if (given.length > MAX_EVENTS) {
    throw new Problem('payload-too-large', `Send at most ${MAX_EVENTS} events at once, not ${given.length}.`);
  }
  const nowMs = now();
  const outcomes = given.map((event) => prepare(event, format, { orgId, nowMs, timeLimits }));
  const records = outcomes.flatMap((outcome) => ('record' in outcome ? [outcome.record] : []));
  if (records.length === 0) throw noneValid(outcomes);
  try {
    await publishTraced(dependencies, records, traceparent);
  } catch (error) {
    throw publishProblem(error, outcomes);
  }
  return resultsOf(outcomes, 'accepted');
}

const resultsOf = (outcomes: readonly Outcome[], status: 'accepted' | 'unconfirmed'): EventResult[] =>
  outcomes.map((outcome) => ('record' in outcome ? { status, event_id: outcome.eventId } : outcome));

function noneValid(outcomes: readonly Outcome[]): Problem {
  const results = resultsOf(outcomes, 'unconfirmed');
  if (results.every(({ reason }) => reason === FOREIGN_ORG)) {
    return scopeInsufficient('The token publishes for another organisation: use one of the events’ own.');
  }
  const [first] = results;
  return new Problem(
    'invalid-request',
    `All events are invalid; the first: ${first?.reason}, ${first?.detail}. Correct them and send them again.`,
    { results },
  );
}

function publishProblem(error: unknown, outcomes: readonly Outcome[]): unknown {
  if (error instanceof TooManyWaitingError) {
    return new Problem('too-many-requests', 'Kafka is slower than the clients: nothing was published.', {
      headers: { 'retry-after': '1' },
      cause: error,
    });
  }
  const results = resultsOf(outcomes, 'unconfirmed');
  if (error instanceof UnconfirmedError) {
    return new Problem(
      'unavailable',
      'Kafka did not confirm the events. Send them again with the event_id of their results: each counts once.',
      { headers: { 'retry-after': '5' }, cause: error, results },
    );
  }
  if (error instanceof RecordsRejectedError) {
    return new Problem(
      'internal-error',
      'Kafka rejected an event of this request: the operator must check the topic’s max.message.bytes.',
      { cause: error, results },
    );
  }
  return error;
}
