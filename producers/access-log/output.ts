import { SingleBar } from 'cli-progress';
import { instantText } from './instant-text.ts';
import type { ReplayResult, ReplayStart } from './replay.ts';
import type { KindCount, LineReport } from './reports.ts';

/** Reports the progress and the result of a replay. */
export interface ReplayOutput {
  /** While the log is read before anything is published. */
  read(lines: number): void;
  started(start: ReplayStart): void;
  /** @param published acknowledged events so far */
  progressed(published: number): void;
  finished(result: ReplayResult): void;
  /** Before an error is printed. */
  stopped(): void;
}

const PLAIN_EVERY_MS = 2_000;
const SHOWN_REPORTS = 20;

/** JSON lines, for a program. */
export function jsonOutput(write: (text: string) => void): ReplayOutput {
  let events = 0;
  return {
    read: () => undefined,
    started: (start) => (events = start.events),
    progressed: (published) => write(`${JSON.stringify({ progress: { published, events } })}\n`),
    finished: (result) => write(`${JSON.stringify(result)}\n`),
    stopped: () => undefined,
  };
}

/** Text for people: a bar on a terminal, a line every two seconds elsewhere. */
export function textOutput(
  write: (text: string) => void,
  terminal: NodeJS.WriteStream | undefined,
  now: () => number,
): ReplayOutput {
  let bar: SingleBar | undefined;
  let events = 0;
  let lastWriteAtMs = now();
  const endBar = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const isDue = (): boolean => {
    if (now() - lastWriteAtMs < PLAIN_EVERY_MS) return false;
    lastWriteAtMs = now();
    return true;
  };
  return {
    read: (lines) => {
      if (isDue()) write(`read ${lines} lines\n`);
    },
    started: (start) => {
      events = start.events;
      lastWriteAtMs = now();
      write(startText(start));
      if (!terminal) return;
      bar = new SingleBar({ stream: terminal, format: '  {bar} {percentage}% {value}/{total} events' });
      bar.start(events, start.published);
    },
    progressed: (published) => {
      bar?.update(published);
      if (!bar && isDue()) write(`published ${published} of ${events} events\n`);
    },
    finished: (result) => {
      endBar();
      write(resultText(result));
    },
    stopped: endBar,
  };
}

function startText({ scan, anchorMs, anchorReused, recordPath, events, published }: ReplayStart): string {
  const chosen = anchorReused ? 'chosen by an earlier run' : 'chosen now';
  return [
    anchorMs === null
      ? 'times as logged\n'
      : `anchor ${instantText(anchorMs)} (the time of the last line; ${chosen}, recorded in ${recordPath})\n`,
    `${events} events of ${scan.lines} lines to publish`,
    published > 0 ? `, ${published} published by an earlier run\n` : '\n',
  ].join('');
}

function resultText({ summary, skipped }: ReplayResult): string {
  if (skipped)
    return `complete since ${summary.finished_at}: ${summary.events_published} events; nothing published\n`;
  return [
    ...(summary.malformed_kinds ?? []).map(kindLine),
    ...reportLines('rejected', summary.refused, summary.refused_count),
    `published ${summary.events_published} events of ${summary.lines} lines in ${summary.laps} repetitions`,
    ` (${summary.malformed_count} malformed, ${summary.refused_count} rejected, ${summary.blank} blank lines)`,
    ` from ${summary.first_event_at ?? '-'} to ${summary.last_event_at ?? '-'}`,
    ` in ${(summary.duration_ms / 1000).toFixed(1)} s\n`,
  ].join('');
}

/** Such as: `malformed (time): 2 lines: 4, 17. Line 4: "31/Feb/2026:10:00:00 +0000" is not a time`. */
function kindLine({ kind, count, lines, reason }: KindCount): string {
  const more = count > lines.length ? ` and ${count - lines.length} more` : '';
  const unit = count === 1 ? 'line' : 'lines';
  return `malformed (${kind}): ${count} ${unit}: ${lines.join(', ')}${more}. Line ${lines[0]}: ${reason}\n`;
}

function reportLines(what: string, reports: readonly LineReport[], count: number): string[] {
  const shown = reports
    .slice(0, SHOWN_REPORTS)
    .map(({ line, reason }) => `line ${line} ${what}: ${reason}\n`);
  return count > shown.length ? [...shown, `and ${count - shown.length} more ${what} lines\n`] : shown;
}
