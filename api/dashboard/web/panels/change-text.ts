import type { Change } from '../answers.ts';
import { printableLine } from '../../../../platform/printable-text.ts';
import { number } from '../formats.ts';

/** The names of settings in a sentence. */
const NAMES: Readonly<Record<string, string>> = {
  time_zone: 'time zone',
  billing_day: 'billing day',
  edition: 'edition',
  users: 'users',
  additional_limit: 'additional limit',
};

/** What a change set, in words: "crm: edition standard, users 25". */
export function changeText({ kind, product, value }: Pick<Change, 'kind' | 'product' | 'value'>): string {
  const isObject = typeof value === 'object' && value !== null;
  const parts = Object.entries(isObject ? value : {}).map(
    ([name, each]) => `${NAMES[name] ?? name} ${valueText(each)}`,
  );
  const what = parts.length > 0 ? parts.join(', ') : valueText(value);
  const prefix = kind === 'new-org' ? 'Created: ' : product === null ? '' : `${printableLine(product)}: `;
  return prefix + what;
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return number(value);
  return printableLine(typeof value === 'string' ? value : JSON.stringify(value));
}
