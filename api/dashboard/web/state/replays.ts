import type { DeadLetterCheck, Replay, ReplayOutcome } from '../answers.ts';
import { fetchJson } from './client.ts';
import type { Query } from './send.ts';

/** Checking and replaying dead letters: both go page by page, and say how far they are. */

/** How many open dead letters would count now, so far. */
export interface Checked {
  readonly checked: number;
  readonly countable: number;
  /** By reason, as many as there are so far. */
  readonly countableByReason: ReadonlyMap<string, number>;
  readonly otherReasons: ReadonlyMap<string, number>;
}

const NONE: Checked = { checked: 0, countable: 0, countableByReason: new Map(), otherReasons: new Map() };

/** Throws ApiError, or the abort reason. @param onProgress gets the sums after each page */
export async function checkAll(
  query: Query,
  signal: AbortSignal,
  onProgress: (sums: Checked) => void,
): Promise<Checked> {
  let sums = NONE;
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: DeadLetterCheck = await fetchJson<DeadLetterCheck>('/v1/dead-letters/check', {
      query: [...query, ...(cursor === '' ? [] : [['cursor', cursor] as const])],
      signal,
    });
    sums = {
      checked: sums.checked + page.checked,
      countable: sums.countable + page.countable,
      countableByReason: added(sums.countableByReason, page.countable_by_reason),
      otherReasons: added(sums.otherReasons, page.other_reasons),
    };
    onProgress(sums);
    cursor = page.next_cursor;
  }
  return sums;
}

function added(
  sums: ReadonlyMap<string, number>,
  counts: readonly { readonly reason: string; readonly records: number }[],
): ReadonlyMap<string, number> {
  const next = new Map(sums);
  for (const { reason, records } of counts) next.set(reason, (next.get(reason) ?? 0) + records);
  return next;
}

/** What has been published again, and what became of it so far. */
export interface Replayed {
  readonly published: number;
  readonly skipped: number;
  readonly landed: number;
  readonly counted: number;
  /** Of the requests, to list what they replayed. */
  readonly ids: readonly string[];
  readonly rejectedAgain: ReadonlyMap<string, number>;
}

const OUTCOME_EVERY_MS = 1_000;
/** They land within seconds. Later ones show in the list. */
const OUTCOME_TRIES = 60;

/**
 * Replays dead letters, then follows what becomes of them. Throws ApiError, or the abort reason.
 * @param body ids, or `countable` with filters
 */
export async function replayAll(
  body: object,
  signal: AbortSignal,
  onProgress: (replayed: Replayed) => void,
): Promise<Replayed> {
  const ids: string[] = [];
  let [published, skipped] = [0, 0];
  const progress = (outcome: Outcome = NO_OUTCOME): Replayed => ({ published, skipped, ids, ...outcome });
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Replay = await fetchJson<Replay>('/v1/dead-letters/replay', {
      method: 'POST',
      body: { ...body, ...(cursor !== '' && { cursor }) },
      signal,
    });
    published += page.published;
    skipped += page.skipped;
    if (page.published > 0) ids.push(page.replay);
    onProgress(progress());
    cursor = page.next_cursor;
  }
  let outcome = NO_OUTCOME;
  for (let tries = 0; outcome.landed < published && tries < OUTCOME_TRIES; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, OUTCOME_EVERY_MS));
    outcome = await outcomeOf(ids, signal);
    onProgress(progress(outcome));
  }
  return progress(outcome);
}

type Outcome = Pick<Replayed, 'landed' | 'counted' | 'rejectedAgain'>;
const NO_OUTCOME: Outcome = { landed: 0, counted: 0, rejectedAgain: new Map() };

async function outcomeOf(ids: readonly string[], signal: AbortSignal): Promise<Outcome> {
  let [landed, counted] = [0, 0];
  let rejectedAgain: ReadonlyMap<string, number> = new Map();
  for (const id of ids) {
    const outcome = await fetchJson<ReplayOutcome>(`/v1/dead-letters/replays/${encodeURIComponent(id)}`, {
      signal,
    });
    landed += outcome.landed;
    counted += outcome.counted;
    rejectedAgain = added(rejectedAgain, outcome.quarantined_again);
  }
  return { landed, counted, rejectedAgain };
}
