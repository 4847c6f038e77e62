import { Counter, Gauge, type Registry } from 'prom-client';
import { Type, type Static } from 'typebox';
import { rulesAgeDays, TIME_ZONE_RULES } from '../../domain/calendar/zone-rules.ts';
import { select } from '../../platform/clickhouse/connect.ts';
import { isInvalidWave } from '../../domain/invalid-wave.ts';
import { DEAD_LETTER_STATES, type DeadLetterState } from '../../store/dead-letters/dead-letter.ts';
import { readLandedRows } from '../../store/landing/landed-totals.ts';
import { countReplayed } from '../../store/dead-letters/replays.ts';
import type { Sources } from '../dependencies.ts';
import { readPipelineState, type PipelineState } from '../health/pipeline-state.ts';
import { onBehalfOf } from '../http/running-request.ts';
import { readReconciliation, reconciliationMetrics, type ReconciliationFacts } from './reconciliation.ts';
import { shareReading } from './shared-reading.ts';

/** D: the greatest age of a scrape's figures. More scrapers cost ClickHouse nothing. */
const MAX_AGE_MS = 5_000;
/** Shorter than a query may take: scrapes must not wait that long. */
const READ_TIMEOUT_MS = 2_000;

const CountRow = Type.Object({ outcome: Type.String(), reason: Type.String(), events: Type.Integer() });
const ChargesRow = Type.Object({ revisions: Type.Integer(), billed_credits: Type.Integer() });

interface PipelineFacts extends PipelineState {
  readonly reconciliation: ReconciliationFacts;
  readonly charges: Static<typeof ChargesRow> | undefined;
  readonly deadLetters: Readonly<Record<DeadLetterState, number>>;
  /** By outcome: deliveries that landed, and invalid records by their reason. */
  readonly events: readonly { readonly outcome: string; readonly reason: string; readonly events: number }[];
}

async function readFacts(sources: Sources): Promise<PipelineFacts> {
  const { clickhouse, topics } = sources;
  const [state, [charges], quarantined, landed, replayed, reconciliation] = await Promise.all([
    readPipelineState(sources, sources.now()),
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
    readReconciliation(clickhouse),
  ]);
  const events = [{ outcome: 'landed', reason: '', events: landed }, ...quarantined];
  return { ...state, charges, events, reconciliation, deadLetters: statesOf(events, replayed) };
}

/** The dead letters of the call topic by their state: those that were never replayed are open. */
function statesOf(
  events: PipelineFacts['events'],
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
 * The pipeline's progress as ClickHouse records it. @returns updates the metrics. It does not fail while ClickHouse is
 * unreachable: then it sets `api_credits_clickhouse_up` to 0 and omits the metrics that it cannot know.
 */
export function pipelineMetrics(registry: Registry, sources: Sources): () => Promise<void> {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name: `api_credits_${name}`, help, registers });
  const up = gauge('clickhouse_up', 'Whether ClickHouse answered the last query of the metrics: 1 or 0.');
  const lag = gauge('landing_lag_seconds', 'How far landing lags behind now.');
  const hours = gauge('hours_to_seal', 'Ended hours that are not sealed into the rollup yet.');
  const invalidations = gauge(
    'marks_to_reseal',
    'Hours of organisations that late events invalidated and that are to be resealed.',
  );
  const closing = gauge('closing_behind_seconds', 'How far the closing of days lags behind landing.');
  const orgsSetAside = gauge(
    'orgs_set_aside',
    'Organisations whose days cannot be closed; the days of all others are. /v1/reconciliation says why.',
  );
  const rulesAge = gauge('time_zone_rules_age_days', 'Days since the release of the time zone rules in use.');
  new Gauge({
    name: 'api_credits_time_zone_rules_info',
    help: 'The release of the IANA time zone database that days are computed with.',
    labelNames: ['version'],
    registers,
  }).set({ version: TIME_ZONE_RULES.version }, 1);
  const revisions = gauge(
    'charge_revisions',
    'Closed revisions of days: the entries of the feed of charges.',
  );
  const billed = gauge(
    'billed_credits',
    'Additional credits billed for closed days: the sum of the feed’s delta_credits.',
  );
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
  const invalidRatio = gauge(
    'invalid_records_ratio',
    'Invalid records among those that landed in the last five minutes, 0 to 1; about.',
  );
  const invalidWave = gauge(
    'invalid_records_alert',
    'Whether these are more than INVALID_PERCENT_LIMIT and INVALID_RECORDS_LIMIT allow: 1 or 0.',
  );
  const setReconciliation = reconciliationMetrics(registry);
  const known = [
    lag,
    hours,
    invalidations,
    closing,
    orgsSetAside,
    revisions,
    billed,
    invalidRatio,
    invalidWave,
  ];

  const facts = shareReading(
    () =>
      onBehalfOf({ id: 'metrics', signal: AbortSignal.timeout(READ_TIMEOUT_MS) }, () => readFacts(sources)),
    MAX_AGE_MS,
    sources.now,
  );

  return async () => {
    try {
      rulesAge.set(rulesAgeDays(sources.now()));
      const { due, setAside, recent, charges, events, deadLetters: states, reconciliation } = await facts();
      setReconciliation(reconciliation);
      up.set(1);
      lag.set((sources.now() - due.watermark) / 1000);
      hours.set(due.hoursToSeal);
      invalidations.set(due.invalidationsToReseal);
      closing.set(due.closingBehindMs / 1000);
      orgsSetAside.set(setAside.length);
      invalidRatio.set(recent.records === 0 ? 0 : recent.invalid / recent.records);
      invalidWave.set(Number(isInvalidWave(recent, sources.waveLimits)));
      revisions.set(charges?.revisions ?? 0);
      billed.set(charges?.billed_credits ?? 0);
      for (const state of DEAD_LETTER_STATES) deadLetters.set({ state }, states[state]);
      // Reset after the await: scrapes that share the reading would otherwise add to each other's counts.
      outcomes.reset();
      for (const { outcome, reason, events: count } of events) outcomes.inc({ outcome, reason }, count);
    } catch {
      // /readyz and the log show the cause.
      up.set(0);
      for (const metric of known) metric.remove();
      outcomes.reset();
      deadLetters.reset();
      setReconciliation(undefined);
    }
  };
}
