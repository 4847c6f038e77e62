import type { LandedLog } from '../../platform/landed-log.ts';
import type { Candidate } from '../../store/charges/days-to-close.ts';
import type { Failure } from '../../store/progress/set-aside.ts';
import { batchesOf, type Window } from './batches.ts';
import { failureOf, nextRecords, type Figures } from './next-records.ts';

export interface Closing extends Figures {
  /** The topic daily-charges. */
  readonly log: LandedLog;
}

/**
 * A day still differs after several rounds: another aggregator kept winning its revisions, or the consumer does not land
 * them. A later tick compares the day again.
 */
export class RevisionContestError extends Error {
  readonly code = 'REVISION_CONTEST';
  constructor(rounds: number) {
    super(
      `The day did not settle in ${rounds} rounds: another aggregator is closing it too, or its charge is quarantined ` +
        '(table quarantined). A later tick tries again.',
    );
    this.name = 'RevisionContestError';
  }
}

const MAX_ROUNDS = 5;

/** What closing has done, and the organisations whose days it could not close. */
export interface Closed {
  /** The number of records appended. */
  readonly appended: number;
  readonly failures: readonly Failure[];
}

/** The same as closeApart, for callers that close a few days of one organisation. @throws the first failure's error */
export async function closeDays(
  closing: Closing,
  candidates: readonly Candidate[],
  sealedUntil: number,
): Promise<number> {
  const { appended, failures } = await closeApart(closing, candidates, sealedUntil);
  const [first] = failures;
  if (first) throw first.error;
  return appended;
}

/**
 * Closes and re-closes days until the log agrees with the events, two batches at once: one is read while the other
 * lands.
 *
 * A day that cannot be closed is a failure of its organisation and does not hold up the others: an error in its
 * figures or settings, or RevisionContestError where it still differs after five rounds.
 * @param sealedUntil progress `sealed`, epoch milliseconds
 * @throws the errors of LandedLog.append, and those of ClickHouse where it fails for everyone
 */
export async function closeApart(
  closing: Closing,
  candidates: readonly Candidate[],
  sealedUntil: number,
): Promise<Closed> {
  const batches = batchesOf(candidates);
  let appended = 0;
  const failures: Failure[] = [];
  /** An error ends the generator, and so the other one too after its batch. */
  async function closeBatches(): Promise<void> {
    for (const batch of batches) {
      const closed = await closeBatch(closing, batch, sealedUntil);
      appended += closed.appended;
      failures.push(...closed.failures);
    }
  }
  const both = [closeBatches(), closeBatches()];
  try {
    await Promise.all(both);
  } finally {
    await Promise.allSettled(both);
  }
  return { appended, failures };
}

/**
 * Each round computes the charge of every day, appends a revision where the last landed one differs, and waits until the
 * log has landed. Then it compares again, for two reasons: the first record of a revision in log order is that revision,
 * and another aggregator may have written it; and the consumer drops a record that was appended after its statement
 * became final.
 */
async function closeBatch(closing: Closing, batch: readonly Window[], sealedUntil: number): Promise<Closed> {
  const failures: Failure[] = [];
  let appended = 0;
  let unsettled = batch;
  for (let round = 0; unsettled.length > 0; round += 1) {
    if (round === MAX_ROUNDS) {
      failures.push(...contested(unsettled));
      break;
    }
    const next = await nextRecords(closing, unsettled, sealedUntil);
    failures.push(...next.failures);
    await closing.log.append(next.records);
    appended += next.records.length;
    unsettled = next.changed;
  }
  return { appended, failures };
}

function contested(windows: readonly Window[]): Failure[] {
  return windows.flatMap(({ day, orgIds }) =>
    orgIds.map((orgId) => failureOf(orgId, day, new RevisionContestError(MAX_ROUNDS))),
  );
}
