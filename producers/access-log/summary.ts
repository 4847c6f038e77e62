import { Type, type Static } from 'typebox';
import { occurredAt, type Schedule } from './anchor.ts';
import { instantText } from './instant-text.ts';
import type { LineReport } from './reports.ts';
import type { Scan } from './scan.ts';

const Report = Type.Object({ line: Type.Integer(), reason: Type.String() });
const Kind = Type.Object({
  kind: Type.String(),
  count: Type.Integer(),
  /** The numbers of the first 20. */
  lines: Type.Array(Type.Integer()),
  /** Of the first. */
  reason: Type.String(),
});

/** The result of a replay, as printed, recorded and passed to the local stack. Instants are RFC 3339 in UTC. */
export const ReplaySummary = Type.Object({
  log: Type.String(),
  /** Of the uncompressed content. */
  sha256: Type.String(),
  /** Repetitions. */
  laps: Type.Integer(),
  /** The instant of the last line; null for the times as logged. */
  anchor: Type.Union([Type.String(), Type.Null()]),
  /** Lines of the file: blank + malformed_count + refused_count + calls. */
  lines: Type.Integer(),
  blank: Type.Integer(),
  calls: Type.Integer(),
  malformed_count: Type.Integer(),
  /** The first 1,000. */
  malformed: Type.Array(Report),
  /** The same lines by what is wrong with them; records of earlier versions lack it. */
  malformed_kinds: Type.Optional(Type.Array(Kind)),
  /** Calls that are invalid events, and events that the publisher rejected. */
  refused_count: Type.Integer(),
  refused: Type.Array(Report),
  /** Acknowledged by Kafka, over all repetitions and interruptions: calls x repetitions, less those the publisher rejected. */
  events_published: Type.Integer(),
  /** Of these, by an earlier run that was interrupted. */
  events_published_before: Type.Integer(),
  first_event_at: Type.Union([Type.String(), Type.Null()]),
  last_event_at: Type.Union([Type.String(), Type.Null()]),
  /** Of this run. */
  duration_ms: Type.Integer(),
  finished_at: Type.String(),
});
export type ReplaySummary = Static<typeof ReplaySummary>;

/** What publishing adds to the scan. */
export interface Published {
  readonly published: number;
  readonly publishedBefore: number;
  readonly rejected: readonly LineReport[];
  readonly rejectedCount: number;
  readonly startedMs: number;
  readonly finishedMs: number;
}

export function summaryOf(
  log: string,
  scan: Scan,
  schedule: Schedule,
  anchorMs: number | null,
  done: Published,
): ReplaySummary {
  const { earliest, latest } = scan;
  return {
    log,
    sha256: scan.sha256,
    laps: schedule.repetitions,
    anchor: anchorMs === null ? null : instantText(anchorMs),
    lines: scan.lines,
    blank: scan.blank,
    calls: scan.calls,
    malformed_count: scan.malformedCount,
    malformed: [...scan.malformed],
    malformed_kinds: scan.malformedKinds.map((kind) => ({ ...kind, lines: [...kind.lines] })),
    refused_count: scan.rejectedCount + done.rejectedCount,
    refused: [...scan.rejected, ...done.rejected],
    events_published: done.published,
    events_published_before: done.publishedBefore,
    first_event_at: earliest
      ? instantText(occurredAt(schedule, earliest.atMs, schedule.repetitions - 1))
      : null,
    last_event_at: latest ? instantText(occurredAt(schedule, latest.atMs, 0)) : null,
    duration_ms: done.finishedMs - done.startedMs,
    finished_at: instantText(done.finishedMs),
  };
}
