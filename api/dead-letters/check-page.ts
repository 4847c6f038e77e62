import { formatPlace, type Place } from '../../schemas/dead-letter.ts';
import type { DeadLetterFilters } from '../../store/dead-letters/filters.ts';
import { validated, type ValidatedChunk } from '../../store/dead-letters/validated.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { encodePlace } from './cursors.ts';

/** D: so many are validated well within the time of a request. A page ends with the chunk that reaches it: of 2,000. */
const PAGE = 1_000;

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
  for await (const chunk of validated(clickhouse, validator, filters, after)) {
    await take(chunk);
    checked += chunk.deadLetters.length;
    const last = chunk.deadLetters.at(-1);
    if (checked >= PAGE && last) return { checked, next_cursor: encodePlace(formatPlace(last)) };
  }
  return { checked, next_cursor: null };
}
