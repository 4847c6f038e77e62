import { parseInstant } from '../domain/instants.ts';
import type { Options } from '../platform/command-line/options.ts';
import { isDeadLetterReason } from '../schemas/dead-letter.ts';
import { DEAD_LETTER_STATES } from '../store/dead-letters/dead-letter.ts';
import type { DeadLetterFilters } from '../store/dead-letters/filters.ts';

export const FILTER_OPTIONS = {
  reason: 'string',
  org: 'string',
  topic: 'string',
  partition: 'string',
  from: 'string',
  to: 'string',
  state: 'string',
  replay: 'string',
} as const;
type FilterOptions = Pick<Options<typeof FILTER_OPTIONS>, 'text' | 'integer' | 'wrong'>;

/** The filters on a command line; an absent one has no key. @throws UsageError */
export function filtersOf(options: FilterOptions): DeadLetterFilters {
  const reason = options.text('reason');
  if (reason !== undefined && !isDeadLetterReason(reason))
    throw options.wrong(`There is no reason ${reason}.`);
  const state = options.text('state');
  const known = DEAD_LETTER_STATES.find((each) => each === state);
  if (state !== undefined && known === undefined) {
    throw options.wrong(`--state must be one of ${DEAD_LETTER_STATES.join(', ')}.`);
  }
  const partition = options.integer('partition');
  if (partition !== undefined && partition > 65_535)
    throw options.wrong('--partition must be at most 65535.');
  const [from, to] = [instantOption(options, 'from'), instantOption(options, 'to')];
  if (from !== undefined && to !== undefined && to <= from) {
    throw options.wrong('--to must be later than --from: it is the end, exclusive.');
  }
  const given = {
    reason,
    org: options.text('org'),
    topic: options.text('topic'),
    partition,
    from,
    to,
    state: known,
    replay: options.text('replay'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function instantOption(options: FilterOptions, name: 'from' | 'to'): number | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  const instant = parseInstant(text);
  if (instant === undefined)
    throw options.wrong(`--${name} must be an instant such as 2026-12-01T00:00:00Z.`);
  return instant;
}
