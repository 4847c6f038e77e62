import type { Change } from '../answers.ts';
import { printableLine } from '../../../../platform/printable-text.ts';
import { counted, number } from '../formats.ts';

/** The names of settings in a sentence. */
const NAMES: Readonly<Record<string, string>> = {
  time_zone: 'time zone',
  billing_day: 'billing day',
  edition: 'edition',
  users: 'users',
  additional_limit: 'additional limit',
};

const UNITS: Readonly<Record<string, string>> = { additional_limit: ' credits' };

type Fields = ReadonlyMap<string, unknown>;

/** What a change of each kind says; every other kind names its values. */
const TEXTS: Readonly<Record<string, (fields: Fields, currency: string) => string>> = {
  budget: (fields) =>
    `budget of ${text(fields, 'scope')} ${text(fields, 'name')} ${ended(fields, 'credits', ' credits')}`,
  team: (fields) => {
    const users = fields.get('users');
    const members = Array.isArray(users) ? `: ${users.map(valueText).join(', ')}` : ' dissolved';
    return `team ${text(fields, 'name')}${members}`;
  },
  'spending-cap': (fields, currency) => `spending cap ${ended(fields, 'amount', ` ${currency}`).trim()}`,
  gate: (fields) =>
    `gate ${text(fields, 'mode')}, calls while no gate answers: ${
      fields.get('when_unreachable') === null ? 'as configured' : text(fields, 'when_unreachable')
    }`,
  'alert-rules': (fields) => {
    const rules = fields.get('rules');
    return Array.isArray(rules)
      ? counted(rules.length, 'alert rule')
      : 'alert rules: the platform’s defaults';
  },
  'alert-destination': (fields) => {
    const state =
      fields.get('is_removed') === true
        ? 'removed'
        : fields.get('is_enabled') === true
          ? 'enabled'
          : 'disabled';
    const generation = fields.get('generation');
    const secret = typeof generation === 'number' && generation > 1 ? `, secret no. ${generation}` : '';
    return `alert destination ${text(fields, 'destination_id')} ${state}${secret}`;
  },
};

const text = (fields: Fields, name: string): string => valueText(fields.get(name));
const ended = (fields: Fields, name: string, unit = ''): string =>
  fields.get(name) === null ? 'ended' : `${text(fields, name)}${unit}`;

/**
 * What a change set, in words: "crm: edition standard, users 25".
 * @param currency of amounts, ISO 4217
 */
export function changeText(
  { kind, product, value }: Pick<Change, 'kind' | 'product' | 'value'>,
  currency = '',
): string {
  const isObject = typeof value === 'object' && value !== null;
  const fields = new Map(Object.entries(isObject ? value : {}));
  const parts = [...fields].map(
    ([name, each]) => `${NAMES[name] ?? name} ${valueText(each)}${UNITS[name] ?? ''}`,
  );
  const what = TEXTS[kind]?.(fields, currency) ?? (parts.length > 0 ? parts.join(', ') : valueText(value));
  const prefix = kind === 'new-org' ? 'Created: ' : product === null ? '' : `${printableLine(product)}: `;
  return prefix + what;
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return number(value);
  return printableLine(typeof value === 'string' ? value : JSON.stringify(value));
}
