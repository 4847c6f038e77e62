import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Place } from '../../schemas/dead-letter.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { DeadLetterFilters } from './filters.ts';
import type { CountsNow, DeadLetterValidator } from './validator.ts';
import { walkDeadLetters } from './walk.ts';

/** Dead letters of one partition, each with its result at the same index. */
export interface ValidatedChunk {
  readonly deadLetters: readonly DeadLetter[];
  readonly results: readonly CountsNow[];
}

/** Walks the dead letters and validates them chunk by chunk, so that any number of them can be checked. */
export async function* validated(
  client: ClickHouseClient,
  validator: Pick<DeadLetterValidator, 'validate'>,
  filters: DeadLetterFilters,
  after?: Place,
): AsyncGenerator<ValidatedChunk> {
  for await (const deadLetters of walkDeadLetters(client, filters, after))
    yield { deadLetters, results: await validator.validate(deadLetters) };
}

/** How many of the checked dead letters would count, by the reason that they have, and why the others would not. */
export class CheckTally {
  readonly countable = new Map<string, number>();
  readonly others = new Map<string, number>();

  add({ deadLetters, results }: ValidatedChunk): void {
    for (const [index, { reason }] of deadLetters.entries()) {
      const result = results[index];
      if (result?.counts) increment(this.countable, reason);
      else if (result) increment(this.others, result.reason);
    }
  }

  get total(): number {
    return [...this.countable.values()].reduce((sum, records) => sum + records, 0);
  }
}

const increment = (counts: Map<string, number>, reason: string): void => {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
};
