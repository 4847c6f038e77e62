import { formatInstant } from '../../domain/instants.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import type { RoundProgress } from '../../store/reconciliation/round-progress.ts';
import { chunksOf } from '../sealing/chunks.ts';
import type { ReconciliationBudget } from './budget.ts';
import { readHours, readOldestHour, readOrgs } from './scope.ts';
import { unitOf, type CheckContext } from './units.ts';

export interface RoundWork {
  readonly client: ClickHouseClient;
  /** Read where there is something to check. */
  readonly context: () => Promise<CheckContext>;
  /** Checks units of one kind and records what was found. */
  readonly check: (units: readonly string[]) => Promise<void>;
  /** Progress `sealed`, epoch milliseconds. */
  readonly sealed: number;
  readonly budget: ReconciliationBudget;
  /** When the step began, epoch milliseconds. */
  readonly at: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Does the next part of a round, which passes through the stages one after the other. @returns the progress after it */
export function nextPart(progress: RoundProgress, work: RoundWork): Promise<RoundProgress> {
  const { check, sealed, budget, at, now } = work;
  const stages: Record<RoundProgress['stage'], () => Promise<RoundProgress>> = {
    done: async () => {
      if (at - progress.started < budget.roundEveryMs) return progress;
      const start = { stage: 'usage', position: formatInstant(sealed), done: 0, total: 0 } as const;
      return { ...progress, ...start, started: at };
    },
    usage: () => nextHours(progress, work),
    charges: () => nextOrgs(progress, work),
    feed: async () => {
      await check([unitOf.feed]);
      return { ...progress, stage: 'done', position: '', done: 1, total: 1, completed: now() };
    },
  };
  return stages[progress.stage]();
}

/** The newest hours first, since they are read the most. */
async function nextHours(
  progress: RoundProgress,
  { client, context, check, sealed, budget }: RoundWork,
): Promise<RoundProgress> {
  const { wholeSince } = await context();
  const until = Math.min(Date.parse(progress.position), sealed);
  const oldest = Math.max(wholeSince, (await readOldestHour(client)) ?? sealed);
  if (until <= oldest) return { ...progress, stage: 'charges', position: '', done: 0, total: 0 };
  const from = Math.max(oldest, until - budget.hoursPerStep * HOUR_MS);
  const hours = (await readHours(client, from, until, budget.hoursPerStep)).toReversed();
  const [chunk = []] = await chunksOf(client, hours, budget.eventsPerStep);
  await check(chunk.map(unitOf.hour));
  const position = chunk.length < hours.length ? (chunk.at(-1) ?? from) : from;
  const done = Math.round((sealed - position) / HOUR_MS);
  return {
    ...progress,
    position: formatInstant(position),
    done,
    total: Math.ceil((sealed - oldest) / HOUR_MS),
  };
}

async function nextOrgs(
  progress: RoundProgress,
  { client, context, check, budget }: RoundWork,
): Promise<RoundProgress> {
  const { settings } = await context();
  const orgs = await readOrgs(client, settings);
  const left = orgs.filter((orgId) => orgId > progress.position);
  const batch = left.slice(0, budget.orgsPerStep);
  await check(batch.map(unitOf.org));
  const position = batch.at(-1);
  if (position === undefined) return { ...progress, stage: 'feed', position: '', done: 0, total: 1 };
  return { ...progress, position, done: orgs.length - left.length + batch.length, total: orgs.length };
}
