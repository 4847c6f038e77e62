import { setTimeout as sleep } from 'node:timers/promises';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { until } from '../../deploy/local/until.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import type { Measure, NamedFigure } from './benchmark.ts';
import { eventClockEnvironment, eventTime, type EventClock } from './event-clock.ts';
import { startProgram } from './program-messages.ts';

const SAMPLE_MS = 2_000;
const POLL_MS = 300;
const LANDED_WITHIN_MS = 600_000;
const Sums = Type.Object({ calls: Type.Integer(), credits: Type.Integer() });
export type Sums = Static<typeof Sums>;
const Parts = Type.Object({ parts: Type.Integer() });

export interface PacedRun {
  readonly namespace: NamespaceSettings;
  readonly client: ClickHouseClient;
  readonly clock: EventClock;
  readonly callsASecond: number;
  readonly seconds: number;
  /** The processes that count besides the publisher. */
  readonly pids: Readonly<Record<string, number>>;
  /** Seals again what late calls have invalidated; undefined where nothing is sealed. */
  readonly reseal?: () => Promise<unknown>;
  /** Frames the records for a schema registry; 0: single-object encoding. */
  readonly schemaId: number;
}

/** How well a rate was held. */
export interface PacedResult {
  readonly callsASecond: number;
  /** From the last publish until everything can be queried. */
  readonly lagS: number;
  readonly unsealedHours: number;
}

/**
 * Publishes at a steady rate, and measures until every call can be queried and no sealed hour is invalidated.
 * @throws where the distinct calls that landed are not those that were published
 */
export async function runPaced(run: PacedRun, measure: Measure): Promise<PacedResult> {
  const { namespace, client, clock, callsASecond, seconds, pids, reseal, schemaId } = run;
  const isSealed = reseal !== undefined;
  const publisher = await startProgram('paced-publisher.ts', {
    ...namespace,
    ...eventClockEnvironment(clock),
    CALLS: String(callsASecond * seconds),
    CALLS_A_SECOND: String(callsASecond),
    SCHEMA_ID: String(schemaId),
  });
  let published: Sums = { calls: 0, credits: 0 };
  let result: PacedResult = { callsASecond: 0, lagS: Infinity, unsealedHours: Infinity };
  try {
    await measure({ publisher: publisher.pid, ...pids }, async () => {
      const startedAt = performance.now();
      const startsAt = startedAt + clock.startedAt - Date.now();
      const sampling = sample(client, clock);
      published = Value.Parse(Sums, await publisher.ask('publish'));
      const publishedAt = performance.now();
      const hasLanded = async (): Promise<boolean> => {
        const isComplete =
          (await landed(client, '')).calls >= published.calls &&
          (await landed(client, 'FINAL')).calls >= published.calls;
        if (!isComplete) await sleep(POLL_MS);
        return isComplete;
      };
      if (!(await until(hasLanded, LANDED_WITHIN_MS))) throw new Error('The calls did not land in time.');
      const lagS = (performance.now() - publishedAt) / 1_000;
      const samples = await sampling.stop();
      // Work that was put off counts too.
      await reseal?.();
      const calls = callsASecond * seconds;
      result = {
        callsASecond: (calls * 1_000) / (publishedAt - Math.max(startedAt, startsAt)),
        lagS,
        unsealedHours: isSealed ? most(samples, 'unsealedHours') : 0,
      };
      return {
        count: calls,
        figures: [
          { name: 'landed after the last publish', unit: 's', value: lagS, better: 'less' },
          ...figuresOf(samples, isSealed),
        ],
      };
    });
  } finally {
    await publisher.end();
  }
  const events = await landed(client, 'FINAL');
  if (events.calls !== published.calls || events.credits !== published.credits)
    throw new Error(`${JSON.stringify(events)} landed of ${JSON.stringify(published)}.`);
  return result;
}

async function landed(client: ClickHouseClient, final: 'FINAL' | ''): Promise<Sums> {
  const credits = final === '' ? '0' : 'sum(credits)';
  const [row] = await select(
    client,
    Sums,
    `SELECT count() AS calls, ${credits} AS credits FROM call_events ${final}`,
  );
  return row ?? { calls: 0, credits: 0 };
}

interface Sample {
  readonly parts: number;
  readonly unsealedHours: number;
}

function figuresOf(samples: readonly Sample[], isSealed: boolean): NamedFigure[] {
  const half = samples.slice(0, Math.ceil(samples.length / 2));
  return [
    { name: 'most parts in the first half', unit: 'parts', value: most(half, 'parts'), better: 'less' },
    { name: 'most parts', unit: 'parts', value: most(samples, 'parts'), better: 'less' },
    ...(isSealed
      ? [
          {
            name: 'unsealed at most',
            unit: 'hours',
            value: most(samples, 'unsealedHours'),
            better: 'less' as const,
          },
        ]
      : []),
  ];
}

const most = (samples: readonly Sample[], figure: keyof Sample): number =>
  Math.max(...samples.map((each) => each[figure]));

/** Reads, now and then, how many parts the events have, and how far sealing is behind the events. */
function sample(client: ClickHouseClient, clock: EventClock): { stop(): Promise<readonly Sample[]> } {
  const stopped = new AbortController();
  const sampling = (async (): Promise<readonly Sample[]> => {
    const samples: Sample[] = [];
    while (!stopped.signal.aborted) {
      const [row] = await select(
        client,
        Parts,
        `SELECT count() AS parts FROM system.parts
         WHERE database = currentDatabase() AND table = 'call_events' AND active`,
      );
      const { sealed } = await readProgress(client);
      samples.push({
        parts: row?.parts ?? 0,
        unsealedHours: (eventTime(clock, Date.now()) - Math.max(sealed, clock.from)) / HOUR_MS,
      });
      await sleep(SAMPLE_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
    return samples;
  })();
  // A sample that fails is reported by `stop`.
  sampling.catch(() => undefined);
  return {
    stop: () => {
      stopped.abort();
      return sampling;
    },
  };
}
