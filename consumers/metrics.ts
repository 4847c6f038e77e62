import type { Registry } from 'prom-client';
import { observedCounter, observedGauge } from '../platform/health/observed-metrics.ts';
import type { Counters } from './counters.ts';
import type { FailingSteps } from './failing-steps.ts';
import type { Source } from './fetch/source.ts';
import type { WaveGuard } from './wave-guard.ts';
import type { ProgressWriter } from './write/progress-writer.ts';

const PREFIX = 'api_credits_consumer';

export interface MeasuredParts {
  readonly counters: Counters;
  readonly sources: readonly Pick<Source, 'topic' | 'fetcher'>[];
  readonly progress: Pick<ProgressWriter, 'reported'>;
  readonly failing: Pick<FailingSteps, 'longestMs'>;
  readonly waveGuard: Pick<WaveGuard, 'isStopped'>;
}

/** The metrics of this process: what it has done since it started, how far its partitions lag, and what holds it up. */
export function consumerMetrics(
  registry: Registry,
  { counters, sources, progress, failing, waveGuard }: MeasuredParts,
): void {
  const counter = (name: string, help: string, read: () => number): void =>
    observedCounter(registry, { name: `${PREFIX}_${name}_total`, help }, read);
  counter(
    'rows_landed',
    'Call events in acknowledged inserts, repeated ones included.',
    () => counters.landedRows,
  );
  counter('bytes_landed', 'Size of these inserts in bytes.', () => counters.landedBytes);
  counter('insert_batches', 'Acknowledged inserts of call events.', () => counters.insertBatches);
  counter('insert_seconds', 'Time that these inserts took.', () => counters.insertMs / 1_000);
  counter(
    'decision_log_rows',
    'Records of daily-charges, settings and alerts that landed.',
    () => counters.decisionLogRows,
  );
  counter('failed_attempts', 'Steps that failed and were retried.', () => counters.failedAttempts);
  counter('failed_commits', 'Offset commits that failed.', () => counters.failedCommits);
  observedCounter(
    registry,
    {
      name: `${PREFIX}_dead_letters_total`,
      help: 'Records that were quarantined, by the rule that they break.',
      labelNames: ['reason'],
    },
    () => Object.entries(counters.quarantined).map(([reason, value = 0]) => ({ labels: { reason }, value })),
  );

  const partition = { labelNames: ['topic', 'partition'] as const };
  const lags = (lagOf: (at: ReturnType<ProgressWriter['reported']>[number]) => number) =>
    progress.reported().map((at) => ({
      labels: { topic: at.topic, partition: at.partition },
      value: lagOf(at),
    }));
  observedGauge(
    registry,
    { ...partition, name: `${PREFIX}_lag_records`, help: 'Records of the partition that have not landed.' },
    () => lags(({ endOffset, nextOffset }) => endOffset - nextOffset),
  );
  observedGauge(
    registry,
    {
      ...partition,
      name: `${PREFIX}_lag_seconds`,
      help: 'How far the landing of the partition lagged behind when it was last observed.',
    },
    () => lags(({ observedAtMs, watermarkMs }) => (observedAtMs - watermarkMs) / 1_000),
  );
  observedGauge(
    registry,
    {
      name: `${PREFIX}_assigned_partitions`,
      help: 'Partitions that this process lands.',
      labelNames: ['topic'],
    },
    () => sources.map(({ topic, fetcher }) => ({ labels: { topic }, value: fetcher.assigned.length })),
  );
  observedGauge(
    registry,
    {
      name: `${PREFIX}_paused_partitions`,
      help: 'Those of them that are not fetched now, because they wait for a schema.',
      labelNames: ['topic'],
    },
    () => sources.map(({ topic, fetcher }) => ({ labels: { topic }, value: fetcher.pausedCount() })),
  );
  observedGauge(
    registry,
    {
      name: `${PREFIX}_failing_seconds`,
      help: 'How long the step that is being retried the longest has been failing; 0 if none is.',
    },
    () => failing.longestMs() / 1_000,
  );
  observedGauge(
    registry,
    {
      name: `${PREFIX}_intake_stopped`,
      help: 'Whether a wave of invalid records has stopped intake (ON_INVALID_WAVE=stop): 1 or 0.',
    },
    () => Number(waveGuard.isStopped),
  );
}
