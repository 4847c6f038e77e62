import type { DeadLetter } from '../store/dead-letters/dead-letter.ts';
import type { DeadLetterFilters } from '../store/dead-letters/filters.ts';
import { walkDeadLetters } from '../store/dead-letters/walk.ts';
import type { DeadLetterStack } from './dead-letter-stack.ts';
import { reasonLines } from './dead-letter-report.ts';
import { progressLine } from './progress-line.ts';
import { count } from './table.ts';

/** How many of the matching dead letters would count now, by the reason that they have, and why the others would not. */
export async function checkReport(stack: DeadLetterStack, filters: DeadLetterFilters): Promise<string> {
  const progress = progressLine('dead letters checked', () => performance.now());
  const countable = new Map<string, number>();
  const others = new Map<string, number>();
  let checked = 0;
  for await (const { deadLetters, results } of validated(stack, filters)) {
    for (const [index, { reason }] of deadLetters.entries()) {
      const result = results[index];
      if (result?.counts) countable.set(reason, (countable.get(reason) ?? 0) + 1);
      else if (result) others.set(result.reason, (others.get(result.reason) ?? 0) + 1);
    }
    progress((checked += deadLetters.length));
  }
  if (checked === 0) return 'No dead letters match.';
  const total = [...countable.values()].reduce((sum, records) => sum + records, 0);
  return [
    `${count(checked)} dead letter(s) checked: ${count(total)} would count now`,
    ...(total > 0
      ? ['', 'would count, by the reason they were quarantined for:', ...reasonLines(countable)]
      : []),
    ...(others.size > 0 ? ['', 'would not count, because of:', ...reasonLines(others)] : []),
    ...(total > 0 ? ['', 'npm run letters -- replay --countable replays those that count.'] : []),
  ].join('\n');
}

/** Chunk by chunk, so that any number of them can be checked. */
export async function* validated({ client, validator }: DeadLetterStack, filters: DeadLetterFilters) {
  for await (const deadLetters of walkDeadLetters(client, filters)) {
    yield {
      deadLetters: deadLetters satisfies readonly DeadLetter[],
      results: await validator.validate(deadLetters),
    };
  }
}
