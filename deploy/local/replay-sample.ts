import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { SingleBar } from 'cli-progress';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { ReplaySummary } from '../../producers/access-log/summary.ts';
import { projectRoot } from '../../schemas/root.ts';
import { lastLines, startChild, type Child } from './child.ts';
import { LocalStackError } from './errors.ts';
import type { ReplayFigures } from './summary.ts';

const SAMPLE = 'producers/access-log/sample/apache_access.log.gz';
const ARGUMENTS = ['--laps', '8', '--shift-to-now', '--once', '--json'];
const PLAIN_EVERY_MS = 2_000;

const Progress = Type.Object({
  progress: Type.Object({ published: Type.Integer(), events: Type.Integer() }),
});
const Result = Type.Object({ summary: ReplaySummary, skipped: Type.Boolean() });

export interface ReplayOutput {
  readonly terminal: NodeJS.WriteStream | undefined;
  readonly print: (line: string) => void;
  readonly now: () => number;
}

/**
 * Publishes the sample log once per data directory, with a progress bar on a terminal and a line every two seconds
 * elsewhere.
 * @param onStart gets the process, to stop it
 * @returns the figures, those of an earlier run if that was complete
 * @throws LocalStackError REPLAY_FAILED with the end of its log
 */
export async function replaySample(
  dataDir: string,
  env: Readonly<Record<string, string>>,
  output: ReplayOutput,
  onStart: (child: Child) => void,
): Promise<ReplayFigures> {
  const child = await startChild({
    name: 'replay',
    command: process.execPath,
    args: [join(projectRoot(), 'producers/access-log/main.ts'), join(projectRoot(), SAMPLE), ...ARGUMENTS],
    env,
    dataDir,
    pipeOutput: true,
  });
  onStart(child);
  const result = await follow(child, output);
  const { code, signal } = await child.exited;
  if (code !== 0 || !result) {
    const how = signal ?? `exit code ${code}`;
    throw new LocalStackError(
      'REPLAY_FAILED',
      `The replay of the sample log failed (${how}). The end of ${child.logFile}:\n${lastLines(child.logFile)}`,
    );
  }
  const { summary } = result;
  return { lines: summary.lines, published: summary.events_published, malformed: summary.malformed_count };
}

async function follow(child: Child, output: ReplayOutput) {
  const bar = progressBar(output);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const message: unknown = JSON.parse(line);
      if (Value.Check(Progress, message)) bar.update(message.progress);
      if (Value.Check(Result, message)) return message;
    }
    return undefined;
  } finally {
    bar.end();
  }
}

function progressBar({ terminal, print, now }: ReplayOutput) {
  let printedAt = now();
  let bar: SingleBar | undefined;
  return {
    update({ published, events }: { published: number; events: number }): void {
      if (terminal) {
        bar ??= startedBar(terminal, events);
        bar.update(published);
      } else if (now() - printedAt >= PLAIN_EVERY_MS) {
        printedAt = now();
        print(`published ${published} of ${events} events`);
      }
    },
    end: () => bar?.stop(),
  };
}

function startedBar(terminal: NodeJS.WriteStream, events: number): SingleBar {
  const bar = new SingleBar({ stream: terminal, format: '  {bar} {percentage}% {value}/{total} events' });
  bar.start(events, 0);
  return bar;
}
