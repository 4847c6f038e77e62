import { Gauge, type Registry } from 'prom-client';
import { rulesAgeDays, TIME_ZONE_RULES } from '../../domain/calendar/zone-rules.ts';
import { isInvalidWave } from '../../domain/invalid-wave.ts';
import type { Sources } from '../dependencies.ts';
import { readPipelineState, type PipelineState } from '../health/pipeline-state.ts';
import { onBehalfOf } from '../http/running-request.ts';
import { readReconciliation, reconciliationMetrics, type ReconciliationFacts } from './reconciliation.ts';
import { shareReading } from './shared-reading.ts';

/** D: the greatest age of a scrape's figures. More scrapers cost ClickHouse nothing. */
const MAX_AGE_MS = 5_000;
/** Shorter than a query may take: scrapes must not wait that long. */
const READ_TIMEOUT_MS = 2_000;

async function readFacts(
  sources: Sources,
): Promise<PipelineState & { readonly reconciliation: ReconciliationFacts }> {
  const [state, reconciliation] = await Promise.all([
    readPipelineState(sources, sources.now()),
    readReconciliation(sources.clickhouse),
  ]);
  return { ...state, reconciliation };
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
  const invalidRatio = gauge(
    'invalid_records_ratio',
    'Invalid records among those that landed in the last five minutes, 0 to 1; about.',
  );
  const invalidWave = gauge(
    'invalid_records_alert',
    'Whether these are more than INVALID_PERCENT_LIMIT and INVALID_RECORDS_LIMIT allow: 1 or 0.',
  );
  const setReconciliation = reconciliationMetrics(registry);
  const known = [lag, hours, invalidations, closing, orgsSetAside, invalidRatio, invalidWave];

  const read = shareReading(
    () =>
      onBehalfOf({ id: 'metrics', signal: AbortSignal.timeout(READ_TIMEOUT_MS) }, () => readFacts(sources)),
    MAX_AGE_MS,
    sources.now,
  );

  return async () => {
    try {
      rulesAge.set(rulesAgeDays(sources.now()));
      const { due, setAside, recent, reconciliation } = await read();
      setReconciliation(reconciliation);
      up.set(1);
      lag.set((sources.now() - due.watermark) / 1000);
      hours.set(due.hoursToSeal);
      invalidations.set(due.invalidationsToReseal);
      closing.set(due.closingBehindMs / 1000);
      orgsSetAside.set(setAside.length);
      invalidRatio.set(recent.records === 0 ? 0 : recent.invalid / recent.records);
      invalidWave.set(Number(isInvalidWave(recent, sources.waveLimits)));
    } catch {
      // /readyz and the log show the cause.
      up.set(0);
      for (const metric of known) metric.remove();
      setReconciliation(undefined);
    }
  };
}
