import type { AdoptedRelease } from '../../domain/calendar/zone-releases.ts';
import type { RecordCounts } from '../../domain/invalid-wave.ts';
import { readBacklog, type Backlog } from '../../store/progress/aggregator-backlog.ts';
import { readRecentRecords } from '../../store/progress/invalid-records.ts';
import { byOrganisation, readSetAside, type SetAside } from '../../store/progress/set-aside.ts';
import { readReleases } from '../../store/zone-releases.ts';
import type { Sources } from '../dependencies.ts';

/** How far the pipeline is behind, and what needs an operator. */
export interface PipelineState {
  readonly due: Backlog;
  /** The organisations whose days cannot be closed, the longest first. */
  readonly setAside: readonly SetAside[];
  readonly recent: RecordCounts;
  readonly zoneReleases: readonly AdoptedRelease[];
}

/** Reads what /readyz and /metrics report. @param now epoch milliseconds */
export async function readPipelineState(
  { clickhouse, topics, timing }: Sources,
  now: number,
): Promise<PipelineState> {
  const [due, setAside, recent, zoneReleases] = await Promise.all([
    readBacklog(clickhouse, topics, now, timing),
    readSetAside(clickhouse),
    readRecentRecords(clickhouse, topics.calls, now),
    readReleases(clickhouse),
  ]);
  return { due, setAside: byOrganisation(setAside), recent, zoneReleases };
}
