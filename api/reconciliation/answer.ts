import { Type } from 'typebox';
import { Count } from '../parameters/counts.ts';
import { Instant } from '../parameters/instant.ts';
import { Difference } from './difference.ts';

const stage = <Properties extends Parameters<typeof Type.Object>[0]>(
  description: string,
  properties: Properties,
) => Type.Object(properties, { additionalProperties: false, description });

/** What became of everything that was published, stage by stage. */
export const ReconciliationAnswer = Type.Object(
  {
    as_of: Instant,
    landed_until: Instant,
    lag_seconds: Type.Number({ minimum: 0, description: 'How far landing lags behind now.' }),
    from: Instant,
    to: Instant,
    published: stage('Of the whole log, as consumers saw its ends last.', {
      records: Count,
      waiting: Type.Integer({ minimum: 0, description: 'Not landed yet: lag, not a difference.' }),
    }),
    landed: stage('Records of the log, each once.', {
      records: Count,
      events: Type.Integer({ minimum: 0, description: 'Those that may count.' }),
    }),
    repeated: stage('Delivered again by Kafka: each replaced itself.', { deliveries: Count }),
    quarantined: stage('Records that may not count.', {
      records: Count,
      reasons: Type.Array(
        Type.Object({ reason: Type.String(), records: Count }, { additionalProperties: false }),
      ),
    }),
    events: stage('Distinct events of the hours compared, without marked ones.', {
      calls: Count,
      credits: Count,
    }),
    rolled_up: stage('The same hours in the rollup, as far as they are sealed.', {
      calls: Count,
      credits: Count,
      hours_to_seal: Count,
      marks_to_reseal: Count,
    }),
    charged: stage('Days that ended within the hours compared, by their last revision.', {
      days: Count,
      revisions: Count,
      used: Count,
      closing_behind_seconds: Type.Number({ minimum: 0 }),
    }),
    differences: Type.Array(Difference, { description: 'What does not add up; empty when all does.' }),
  },
  { additionalProperties: false },
);
