import { Type, type Static } from 'typebox';
import { formatInstant } from '../../domain/instants.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readOpenDifferences, type OpenDifference } from '../../store/reconciliation/found.ts';
import { readRoundProgress, STAGES } from '../../store/reconciliation/round-progress.ts';
import { Count } from '../parameters/counts.ts';
import { Instant } from '../parameters/instant.ts';
import { DifferenceAnswer, differenceJson } from './difference.ts';

const InstantOrNull = Type.Union([Instant, Type.Null()]);

const OpenAnswer = Type.Object(
  {
    ...DifferenceAnswer.properties,
    since: Instant,
    topic: Type.Optional(Type.String()),
    partition: Type.Optional(Count),
    first_offset: Type.Optional(Count),
    last_offset: Type.Optional(Count),
    org_id: Type.Optional(Type.String()),
    product: Type.Optional(Type.String()),
    day: Type.Optional(Type.String()),
    from: Type.Optional(Instant),
    to: Type.Optional(Instant),
  },
  { additionalProperties: false },
);

/** What the aggregator's own reconciliation has found and how far it is (aggregator/reconciliation/). */
export const BackgroundAnswer = Type.Object(
  {
    completed_at: Type.Union([Instant, Type.Null()], {
      description:
        'The end of the last complete round over all kept hours and all charges; null before the first.',
    }),
    started_at: InstantOrNull,
    checked_at: Type.Union([Instant, Type.Null()], { description: 'The end of the last step.' }),
    stage: Type.Enum([...STAGES], { description: 'What the running round checks; done between two rounds.' }),
    done: Type.Integer({ minimum: 0, description: 'Hours or organisations of this stage.' }),
    total: Count,
    differences: Type.Array(OpenAnswer, {
      description: 'Those that are open, the longest first, with their place.',
    }),
  },
  {
    additionalProperties: false,
    description: 'Reconciliation that the aggregator runs all the time, over everything.',
  },
);

const instantOrNull = (ms: number): string | null => (ms === 0 ? null : formatInstant(ms));

/** Reads what was found; two small tables. */
export async function readBackground(client: ClickHouseClient): Promise<Static<typeof BackgroundAnswer>> {
  const [progress, open] = await Promise.all([readRoundProgress(client), readOpenDifferences(client)]);
  return {
    completed_at: instantOrNull(progress.completed),
    started_at: instantOrNull(progress.started),
    checked_at: instantOrNull(progress.written),
    stage: progress.stage,
    done: progress.done,
    total: progress.total,
    differences: open.map(openJson),
  };
}

function openJson(each: OpenDifference): Static<typeof OpenAnswer> {
  const { from, to, ...place } = each.place;
  const hours = {
    ...(from !== undefined && { from: formatInstant(from) }),
    ...(to !== undefined && { to: formatInstant(to) }),
  };
  return Object.assign(differenceJson(each), { since: formatInstant(each.since) }, place, hours);
}
