import type { DeadLetterFilters } from '../store/dead-letters/filters.ts';
import { CheckTally, validated } from '../store/dead-letters/validated.ts';
import type { DeadLetterStack } from './dead-letter-stack.ts';
import { reasonLines } from './dead-letter-report.ts';
import { progressLine } from './progress-line.ts';
import { count } from './table.ts';

/** How many of the matching dead letters would count now, by the reason that they have, and why the others would not. */
export async function checkReport(stack: DeadLetterStack, filters: DeadLetterFilters): Promise<string> {
  const progress = progressLine('dead letters checked', () => performance.now());
  const tally = new CheckTally();
  let checked = 0;
  for await (const chunk of validated(stack.client, stack.validator, filters)) {
    tally.add(chunk);
    progress((checked += chunk.deadLetters.length));
  }
  if (checked === 0) return 'No dead letters match.';
  const { countable, others, total } = tally;
  return [
    `${count(checked)} dead letter(s) checked: ${count(total)} would count now`,
    ...(total > 0
      ? ['', 'would count, by the reason they were quarantined for:', ...reasonLines(countable)]
      : []),
    ...(others.size > 0 ? ['', 'would not count, because of:', ...reasonLines(others)] : []),
    ...(total > 0 ? ['', 'npm run letters -- replay --countable replays those that count.'] : []),
  ].join('\n');
}
