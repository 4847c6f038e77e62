import { call, FULL, malformed, MINIMAL, NOW_MS, valid, type Changes, type EventCase } from './event-case.ts';
import { NAMES, TEXTS } from './texts.ts';

const without = (field: string): Changes =>
  Object.fromEntries(Object.entries(MINIMAL).filter(([name]) => name !== field));

export const SHAPE_CASES: readonly EventCase[] = [
  { name: 'only the required fields: id and time are minted', input: MINIMAL },
  { name: 'every field', input: FULL },
  valid('a time and no id: the id is minted of that time', { occurred_at: NOW_MS - 60_000 }),
  valid('the module alone', { module: 'deals' }),
  valid('the rule alone', { rule: 'convert' }),
  valid('the rejection cause alone', { rejection_cause: 'concurrency' }),
  valid('the source address alone', { source_address: '192.0.2.7' }),
  valid('a duration of null is an unknown duration', { duration_ms: null }),
  valid('empty texts are as absent ones', {
    module: '',
    rule: '',
    rejection_cause: '',
    source_address: '',
  }),
  valid('method and endpoint may be empty', { method: '', endpoint: '' }),
  ...Object.keys(MINIMAL).map((field) => malformed(`${field} is missing`, without(field))),
  ...Object.keys({ ...MINIMAL, ...FULL })
    .filter((field) => field !== 'duration_ms')
    .map((field) => malformed(`${field} is null`, call({ [field]: null }))),
  ...['event_id', ...Object.keys(NAMES), ...Object.keys(TEXTS)].map((field) =>
    malformed(`${field} is a number`, call({ [field]: 7 })),
  ),
  ...['occurred_at', 'status', 'credits', 'units', 'duration_ms'].flatMap((field) => [
    malformed(`${field} is a text`, call({ [field]: '1' })),
    malformed(`${field} has a fraction`, call({ [field]: 1.5 })),
    malformed(`${field} is a boolean`, call({ [field]: true })),
  ]),
  malformed('a name is an object', call({ org_id: { id: 'acme' } })),
  malformed('a misspelt field', call({ modul: 'leads' })),
  malformed('a field in camel case', call({ durationMs: 1 })),
  malformed('a field in upper case beside the right one', call({ ORG_ID: 'acme' })),
  malformed('an empty object', {}),
  malformed('an array', []),
  malformed('null', null),
  malformed('a text', 'acme'),
  malformed('a number', 1),
];
