import type { AlertBook } from '../../domain/alerts/alert-book.ts';
import type { ClosingDelays } from '../../domain/closing/when-to-close.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readUsageOfMany, type UsageFacts } from '../../store/alerts/usage-of-many.ts';
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

/** D: looks with rules that need further statements take a part of the server. */
const AT_ONCE = 4;
/** Their names are parameters of a statement, which travel in the request's URL. */
const PER_STATEMENT = 50;
/** D: one organisation that cannot be looked at is tried again then. */
const FAILED_AGAIN_MS = 30_000;
/** Of what has no subscription: the next change of its settings decides again. */
const NOTHING: LookOutcome = { decisions: [], headroom: Infinity, lookAt: Infinity };

/**
 * Looks at subscriptions, whose usage is read by the same statements. An organisation that cannot be looked at holds up
 * no other.
 * @throws the first error where none of them could be looked at
 */
export async function lookAtAll(
  looking: Looking,
  due: readonly Subscribed[],
  settings: SettingsState,
  book: AlertBook,
): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (let start = 0; start < due.length; start += PER_STATEMENT) {
    const some = due.slice(start, start + PER_STATEMENT);
    const [startedAt, asOf] = [looking.uptime(), looking.now()];
    const usageOf = usageReader(looking, some, asOf);
    const left = [...some];
    const next = async (): Promise<void> => {
      for (let subscribed = left.shift(); subscribed !== undefined; subscribed = left.shift()) {
        looks.push(await lookOnce(looking, { subscribed, startedAt, asOf, usageOf }, settings, book));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }
  const [first] = looks;
  if (first?.failure && looks.every(({ failure }) => failure)) throw first.failure.error;
  return looks;
}

type UsageReader = (subscribed: Subscribed) => Promise<UsageFacts>;

interface Looked extends Pick<Look, 'subscribed' | 'startedAt'> {
  readonly asOf: number;
  readonly usageOf: UsageReader;
}

/** Reads the usage of all of them once it is needed; each by itself where that fails. */
function usageReader({ client, aheadMs }: Looking, some: readonly Subscribed[], asOf: number): UsageReader {
  const read = (orgIds: readonly string[]) => readUsageOfMany(client, { orgIds, asOf, aheadMs });
  let ofAll: ReturnType<typeof read> | undefined;
  return async ({ orgId, product }) => {
    ofAll ??= read([...new Set(some.map((each) => each.orgId))]);
    const usageOf = await ofAll.catch(() => read([orgId]));
    return usageOf(orgId, product);
  };
}

async function lookOnce(
  { client, topics, timing }: Looking,
  { subscribed, startedAt, asOf, usageOf }: Looked,
  settings: SettingsState,
  book: AlertBook,
): Promise<Look> {
  const { orgId, product } = subscribed;
  const statements = { topics, timing };
  try {
    const terms = termsOf(settings, orgId, product, asOf);
    if (terms === undefined) return { subscribed, startedAt, outcome: NOTHING };
    const facts = await usageOf(subscribed);
    const outcome = await lookAt(client, { ...subscribed, terms, asOf, facts, statements }, book);
    return { subscribed, startedAt, outcome };
  } catch (error) {
    const outcome = { ...NOTHING, lookAt: asOf + FAILED_AGAIN_MS };
    return { subscribed, startedAt, outcome, failure: { orgId, error } };
  }
}
