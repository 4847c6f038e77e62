import { formatPlace, type Place } from '../../schemas/dead-letter.ts';
import type { DeadLetter } from '../../store/dead-letters/dead-letter.ts';
import type { DeadLetterFilters } from '../../store/dead-letters/filters.ts';
import type { CountsNow } from '../../store/dead-letters/validator.ts';
import { walkDeadLetters } from '../../store/dead-letters/walk.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { encodePlace } from './cursors.ts';

/** D: so many are validated well within the time of a request. A page ends with the chunk that reaches it: of 2,000. */
const PAGE = 1_000;

export interface ValidatedChunk {
  readonly deadLetters: readonly DeadLetter[];
  readonly results: readonly CountsNow[];
}

/**
 * Validates the dead letters behind a place, chunk by chunk, a few thousand at the most.
 * @param take gets each chunk, one after the other
 */
export async function checkPage(
  { clickhouse, deadLetters: { validator } }: Pick<ApiDependencies, 'clickhouse' | 'deadLetters'>,
  filters: DeadLetterFilters,
  after: Place | undefined,
  take: (chunk: ValidatedChunk) => Promise<void>,
): Promise<{ readonly checked: number; readonly next_cursor: string | null }> {
  let checked = 0;
  for await (const deadLetters of walkDeadLetters(clickhouse, filters, after)) {
    await take({ deadLetters, results: await validator.validate(deadLetters) });
    checked += deadLetters.length;
    const last = deadLetters.at(-1);
    if (checked >= PAGE && last) return { checked, next_cursor: encodePlace(formatPlace(last)) };
  }
  return { checked, next_cursor: null };
}
