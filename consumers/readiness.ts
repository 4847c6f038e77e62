import type { FailingSteps } from './failing-steps.ts';
import type { Fetcher } from './fetch/fetcher.ts';
import type { ProgressWriter } from './write/progress-writer.ts';
import type { WaveGuard } from './wave-guard.ts';

/** D: a restart of ClickHouse or of a broker takes less, and needs no one's attention. */
const LATELY_MS = 20_000;

export interface LandingParts {
  readonly sources: readonly {
    readonly topic: string;
    readonly fetcher: Pick<Fetcher, 'memberSeenAtMs'>;
  }[];
  readonly progress: Pick<ProgressWriter, 'completedAtMs'>;
  readonly failing: Pick<FailingSteps, 'longerThan'>;
  readonly waveGuard: Pick<WaveGuard, 'isStopped'>;
}

/**
 * What keeps a consumer from landing. A consumer without partitions is ready: it takes over those of another.
 * @param now epoch milliseconds
 */
export function landingProblems(
  { sources, progress, failing, waveGuard }: LandingParts,
  now: number,
): string[] {
  const isLately = (atMs: number): boolean => now - atMs <= LATELY_MS;
  return [
    ...sources
      .filter(({ fetcher }) => !isLately(fetcher.memberSeenAtMs))
      .map(({ topic }) => `Not a member of the consumer group of ${topic}`),
    ...(isLately(progress.completedAtMs) ? [] : ['Kafka or ClickHouse has not answered lately']),
    ...failing
      .longerThan(LATELY_MS)
      .map(({ what, sinceMs }) => `${what} has failed for ${Math.round((now - sinceMs) / 1_000)} s`),
    ...(waveGuard.isStopped ? ['Intake has stopped: too many records are invalid (ON_INVALID_WAVE)'] : []),
  ];
}
