import { setTimeout as delay } from 'node:timers/promises';
import { formatPlace } from '../schemas/dead-letter.ts';
import { withBytes } from '../store/dead-letters/bytes.ts';
import type { DeadLetter } from '../store/dead-letters/dead-letter.ts';
import { readDeadLetters } from '../store/dead-letters/read.ts';
import { readReplay } from '../store/dead-letters/replays.ts';
import { validated } from '../store/dead-letters/validated.ts';
import { walkDeadLetters } from '../store/dead-letters/walk.ts';
import type { DeadLetterCommand } from './dead-letter-arguments.ts';
import { missingReport, reasonLines } from './dead-letter-report.ts';
import type { DeadLetterStack } from './dead-letter-stack.ts';
import { NotFoundError } from './find-subscription.ts';
import { progressLine } from './progress-line.ts';
import { count } from './table.ts';

/** How long no further replay lands until the command gives up waiting: the user looks again later. */
const LANDING_TIMEOUT_MS = 30_000;
const POLL_MS = 250;

type Replay = Extract<DeadLetterCommand, { readonly action: 'replay' }>;

/**
 * Replays dead letters, waits until they have landed, and reports what became of them.
 * @param replay the id of this replay: `--replay` of list shows it again
 */
export async function replayReport(stack: DeadLetterStack, command: Replay, replay: string): Promise<string> {
  const progress = progressLine('dead letters published', () => performance.now());
  let published = 0;
  let left = 0;
  for await (const chunk of chunksOf(stack, command)) {
    const ready = chunk.filter((each) => stack.replayer.canReplay(each));
    await stack.replayer.publish(ready, replay);
    left += chunk.length - ready.length;
    progress((published += ready.length));
  }
  const skipped =
    left > 0
      ? [`${count(left)} cannot be replayed: they are not calls, or their bytes are not kept whole`]
      : [];
  if (published === 0) return [...skipped, 'Nothing was replayed.'].join('\n');
  const { landed, counted, reasons } = await untilLanded(stack, published, replay);
  const waiting = published - landed;
  return [
    `${count(published)} dead letter(s) published again, as replay ${replay}`,
    ...skipped,
    `${count(counted)} count: an event that had counted before counts once`,
    ...(reasons.length > 0 ? [`${count(landed - counted)} were quarantined again, because of:`] : []),
    ...reasonLines(new Map(reasons.map(({ reason, records }) => [reason, records]))),
    ...(waiting > 0
      ? [`${count(waiting)} have not landed yet: look again with npm run letters -- list --replay ${replay}`]
      : []),
  ].join('\n');
}

async function* chunksOf(stack: DeadLetterStack, command: Replay): AsyncGenerator<readonly DeadLetter[]> {
  if ('places' in command) {
    const rows = await readDeadLetters(stack.client, command.places);
    const found = new Set(rows.map(formatPlace));
    const missing = command.places.filter((place) => !found.has(formatPlace(place)));
    if (missing.length > 0) throw new NotFoundError(missingReport(missing));
    yield* withBytes(stack.client, rows);
  } else if (command.onlyCountable) {
    for await (const { deadLetters, results } of validated(stack.client, stack.validator, command.filters)) {
      yield deadLetters.filter((_, index) => results[index]?.counts);
    }
  } else yield* walkDeadLetters(stack.client, command.filters);
}

async function untilLanded({ client }: DeadLetterStack, published: number, replay: string) {
  let outcome = await readReplay(client, replay);
  let lastProgressAt = performance.now();
  while (outcome.landed < published && performance.now() - lastProgressAt < LANDING_TIMEOUT_MS) {
    await delay(POLL_MS);
    const next = await readReplay(client, replay);
    if (next.landed > outcome.landed) lastProgressAt = performance.now();
    outcome = next;
  }
  return outcome;
}
