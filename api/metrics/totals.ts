import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge, type Registry } from 'prom-client';
import { Type, type Static } from 'typebox';
import { select } from '../../platform/clickhouse/connect.ts';
import { DEAD_LETTER_STATES, type DeadLetterState } from '../../store/dead-letters/dead-letter.ts';
import { countReplayed } from '../../store/dead-letters/replays.ts';
import { readLandedRows } from '../../store/landing/landed-totals.ts';
import type { Sources } from '../dependencies.ts';
import { onBehalfOf } from '../http/running-request.ts';
import { shareReading } from './shared-reading.ts';

/** D: tables that grow forever are counted, so less often than the pipeline's progress is read. */
const MAX_AGE_MS = 30_000;
const READ_TIMEOUT_MS = 20_000;
/** A scrape does not wait for longer: it shows what was counted before. */
const WAIT_MS = 2_000;

const CountRow = Type.Object({ outcome: Type.String(), reason: Type.String(), events: Type.Integer() });
const ChargesRow = Type.Object({ revisions: Type.Integer(), billed_credits: Type.Integer() });

interface Totals {
  readonly charges: Static<typeof ChargesRow> | undefined;
  readonly deadLetters: Readonly<Record<DeadLetterState, number>>;
  /** By outcome: deliveries that landed, and invalid records by their reason. */
  readonly events: readonly Static<typeof CountRow>[];
}

async function readTotals({ clickhouse, topics }: Sources): Promise<Totals> {
  const [[charges], quarantined, landed, replayed] = await Promise.all([
    select(
      clickhouse,
      ChargesRow,
      'SELECT count() AS revisions, sum(delta_credits) AS billed_credits FROM daily_charges FINAL',
    ),
    select(
      clickhouse,
      CountRow,
      `SELECT 'quarantined' AS outcome, reason, count() AS events FROM quarantined FINAL
       WHERE topic = {topic:String} GROUP BY reason`,
      { topic: topics.calls },
    ),
    readLandedRows(clickhouse, topics.calls),
    countReplayed(clickhouse, topics.calls),
  ]);
  const events = [{ outcome: 'landed', reason: '', events: landed }, ...quarantined];
  return { charges, events, deadLetters: statesOf(events, replayed) };
}

/** The dead letters of the call topic by their state: those that were never replayed are open. */
function statesOf(
  events: Totals['events'],
  { counted, quarantinedAgain }: Awaited<ReturnType<typeof countReplayed>>,
): Record<DeadLetterState, number> {
  const all = events
    .filter(({ outcome }) => outcome === 'quarantined')
    .reduce((sum, row) => sum + row.events, 0);
  return {
    open: Math.max(0, all - counted - quarantinedAgain),
    counted,
    'quarantined-again': quarantinedAgain,
  };
}

/**
 * What ClickHouse holds in all: events by outcome, dead letters by state, charges.
 * @returns updates the metrics; it omits them where they cannot be read
 */
export function totalMetrics(registry: Registry, sources: Sources): () => Promise<void> {
  const registers = [registry];
  const revisions = new Gauge({
    name: 'api_credits_charge_revisions',
    help: 'Closed revisions of days: the entries of the feed of charges.',
    registers,
  });
  const billed = new Gauge({
    name: 'api_credits_billed_credits',
    help: 'Additional credits billed for closed days: the sum of the feed’s delta_credits.',
    registers,
  });
  const outcomes = new Counter({
    name: 'api_credits_events_total',
    help: 'Events by outcome. Landed ones are counted per delivery: /v1/reconciliation separates repeats.',
    labelNames: ['outcome', 'reason'],
    registers,
  });
  const deadLetters = new Gauge({
    name: 'api_credits_dead_letters',
    help: 'Dead letters of the call topic: open, or replayed and counted, or quarantined-again.',
    labelNames: ['state'],
    registers,
  });

  const read = shareReading(
    () =>
      onBehalfOf({ id: 'metrics', signal: AbortSignal.timeout(READ_TIMEOUT_MS) }, () => readTotals(sources)),
    MAX_AGE_MS,
    sources.now,
  );

  function show({ charges, events, deadLetters: states }: Totals): void {
    revisions.set(charges?.revisions ?? 0);
    billed.set(charges?.billed_credits ?? 0);
    for (const state of DEAD_LETTER_STATES) deadLetters.set({ state }, states[state]);
    outcomes.reset();
    for (const { outcome, reason, events: count } of events) outcomes.inc({ outcome, reason }, count);
  }

  /** `api_credits_clickhouse_up`, /readyz and the log show the cause. */
  function omit(): void {
    revisions.remove();
    billed.remove();
    deadLetters.reset();
    outcomes.reset();
  }

  return async () => {
    await Promise.race([read().then(show, omit), sleep(WAIT_MS, undefined, { ref: false })]);
  };
}
