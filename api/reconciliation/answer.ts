import { Type } from 'typebox';
import { Count } from '../parameters/counts.ts';
import { Instant } from '../parameters/instant.ts';
import { BackgroundAnswer } from './background.ts';
import { DifferenceAnswer } from './difference.ts';

const stage = <Properties extends Parameters<typeof Type.Object>[0]>(
  description: string,
  properties: Properties,
) => Type.Object(properties, { additionalProperties: false, description });

/** The outcome of everything that was published, stage by stage. */
export const ReconciliationAnswer = Type.Object(
  {
    as_of: Instant,
    landed_until: Instant,
    lag_seconds: Type.Number({ minimum: 0, description: 'How far landing lags behind now.' }),
    from: Instant,
    to: Instant,
    published: stage('The whole log, up to the end offsets that consumers last reported.', {
      records: Count,
      waiting: Type.Integer({ minimum: 0, description: 'Not landed yet: this is lag, not a difference.' }),
    }),
    landed: stage('Records of the log, each counted once.', {
      records: Count,
      events: Type.Integer({ minimum: 0, description: 'Those with valid events.' }),
      unpublished: Type.Integer({
        minimum: 0,
        description: 'Offsets without a record: markers of transactions, and records of aborted ones.',
      }),
    }),
    repeated: stage('Repeated deliveries by Kafka: each replaced the one before.', { deliveries: Count }),
    quarantined: stage('Invalid records.', {
      records: Count,
      replayed: stage('Those of them that were replayed. A replay is a published record of its own.', {
        counted: Count,
        quarantined_again: Count,
      }),
      reasons: Type.Array(
        Type.Object({ reason: Type.String(), records: Count }, { additionalProperties: false }),
      ),
    }),
    events: stage('Distinct events of the compared hours, without invalidated hours.', {
      calls: Count,
      credits: Count,
    }),
    rolled_up: stage('The sealed ones of the same hours in the rollup.', {
      calls: Count,
      credits: Count,
      hours_to_seal: Count,
      marks_to_reseal: Count,
    }),
    charged: stage('Days that ended within the compared hours, by their last revision.', {
      days: Count,
      revisions: Count,
      used: Count,
      closing_behind_seconds: Type.Number({ minimum: 0 }),
    }),
    background: BackgroundAnswer,
    differences: Type.Array(DifferenceAnswer, {
      description: 'What does not add up; empty if everything does.',
    }),
  },
  { additionalProperties: false },
);
