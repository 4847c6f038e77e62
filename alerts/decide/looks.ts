import type { AlertBook } from '../../domain/alerts/alert-book.ts';
import type { ClosingDelays } from '../../domain/closing/when-to-close.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Topics } from '../../schemas/topics.ts';
import { lookAt, type LookOutcome } from './look.ts';
import { termsOf } from './rules-of.ts';
import type { Subscribed } from './watches.ts';

export interface Looking {
  readonly client: ClickHouseClient;
  readonly topics: Topics;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a clock that only goes forward. */
  readonly uptime: () => number;
  /** When the aggregator seals and closes: it decides which days of a bill are open. */
  readonly timing: ClosingDelays;
  /** FUTURE_LIMIT_MS: how far ahead a call may be dated. */
  readonly aheadMs: number;
}

/** An organisation whose usage or settings could not be read. */
export interface LookFailure {
  readonly orgId: string;
  readonly error: unknown;
}

/** A look at one subscription, and when it began by the clock that only goes forward. */
export interface Look {
  readonly subscribed: Subscribed;
  readonly startedAt: number;
  readonly outcome: LookOutcome;
  readonly failure?: LookFailure;
}

const AT_ONCE = 4;
/** D: one organisation that cannot be looked at is tried again then. */
const FAILED_AGAIN_MS = 30_000;
/** Of what has no subscription: the next change of its settings decides again. */
const NOTHING: LookOutcome = { decisions: [], headroom: Infinity, lookAt: Infinity };

/**
 * Looks at subscriptions. An organisation that cannot be looked at holds up no other.
 * @throws the first error where none of them could be looked at
 */
export async function lookAtAll(
  looking: Looking,
  due: readonly Subscribed[],
  settings: SettingsState,
  book: AlertBook,
): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (let start = 0; start < due.length; start += AT_ONCE) {
    const some = due.slice(start, start + AT_ONCE);
    looks.push(
      ...(await Promise.all(some.map((subscribed) => lookOnce(looking, subscribed, settings, book)))),
    );
  }
  const [first] = looks;
  if (first?.failure && looks.every(({ failure }) => failure)) throw first.failure.error;
  return looks;
}

async function lookOnce(
  { client, now, uptime, aheadMs, topics, timing }: Looking,
  subscribed: Subscribed,
  settings: SettingsState,
  book: AlertBook,
): Promise<Look> {
  const { orgId, product } = subscribed;
  const statements = { topics, timing };
  const startedAt = uptime();
  const asOf = now();
  try {
    const terms = termsOf(settings, orgId, product, asOf);
    if (terms === undefined) return { subscribed, startedAt, outcome: NOTHING };
    const outcome = await lookAt(client, { ...subscribed, terms, asOf, aheadMs, statements }, book);
    return { subscribed, startedAt, outcome };
  } catch (error) {
    const outcome = { ...NOTHING, lookAt: asOf + FAILED_AGAIN_MS };
    return { subscribed, startedAt, outcome, failure: { orgId, error } };
  }
}
