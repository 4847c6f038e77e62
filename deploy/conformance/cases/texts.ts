import { MAX_ENDPOINT_BYTES, MAX_NAME_BYTES, MAX_TEXT_BYTES } from '../../../schemas/event-rules.ts';
import { type EventCase, rejected, valid } from './event-case.ts';

export const NAMES = { org_id: 'org-id', product: 'product', user_id: 'user-id', app_id: 'app-id' } as const;
export const TEXTS = {
  method: 'method',
  endpoint: 'endpoint',
  module: 'module',
  rule: 'rule',
  rejection_cause: 'rejection-cause',
  source_address: 'source-address',
} as const;
const entriesOf = <K extends string, V>(record: Readonly<Record<K, V>>): [string, V][] =>
  Object.entries(record);
const maxBytesOf = (text: string): number => (text === 'endpoint' ? MAX_ENDPOINT_BYTES : MAX_TEXT_BYTES);

export const TEXT_CASES: readonly EventCase[] = [
  ...entriesOf(NAMES).flatMap(([field, reason]) => [
    valid(`${field} of 128 bytes`, { [field]: 'n'.repeat(MAX_NAME_BYTES) }),
    rejected(reason, `${field} of 129 bytes`, { [field]: 'n'.repeat(MAX_NAME_BYTES + 1) }),
    rejected(reason, `${field} is empty`, { [field]: '' }),
    rejected(reason, `${field} with a line break`, { [field]: 'a\nb' }),
  ]),
  ...entriesOf(TEXTS).flatMap(([field, reason]) => [
    valid(`${field} at its limit`, { [field]: 't'.repeat(maxBytesOf(field)) }),
    rejected(reason, `${field} a byte over its limit`, { [field]: 't'.repeat(maxBytesOf(field) + 1) }),
    rejected(reason, `${field} over its limit in bytes, not in characters`, {
      [field]: 'é'.repeat(maxBytesOf(field) / 2 + 1),
    }),
  ]),
  valid('every name and text at its limit, within the bytes that an event may have', {
    ...Object.fromEntries(Object.keys(NAMES).map((field) => [field, 'n'.repeat(MAX_NAME_BYTES)])),
    ...Object.fromEntries(Object.keys(TEXTS).map((field) => [field, 't'.repeat(maxBytesOf(field))])),
  }),
  valid('two-byte characters, 128 bytes', { user_id: 'ü'.repeat(64) }),
  rejected('user-id', 'two-byte characters, 130 bytes', { user_id: 'ü'.repeat(65) }),
  valid('three-byte characters, 126 bytes', { user_id: '€'.repeat(42) }),
  rejected('user-id', 'three-byte characters, 129 bytes', { user_id: '€'.repeat(43) }),
  valid('astral characters, 128 bytes', { user_id: '😀'.repeat(32) }),
  rejected('user-id', 'astral characters, 132 bytes', { user_id: '😀'.repeat(33) }),
  valid('a combining accent stays apart from its base', { user_id: 'e\u0301' }),
  valid('a precomposed accent stays precomposed', { user_id: '\u00e9' }),
  valid('an org in two scripts, from right to left', { org_id: 'שלום‎ سلام' }),
  valid('a family of joined emoji', { app_id: '👩‍👩‍👧‍👦' }),
  valid('a space, quotes and a backslash', { user_id: ' "a\'\\b" ' }),
  valid('characters that HTML escapes', { user_id: '<a&b>' }),
  valid('a byte order mark is a character', { user_id: '\ufeffann' }),
  valid('line and paragraph separators are not control characters', { user_id: 'a\u2028b\u2029c' }),
  valid('the first character after the control characters', { user_id: '\u00a0' }),
  valid('the last code point', { user_id: '\u{10ffff}' }),
  ...['\u0000', '\t', '\u001f', '\u007f', '\u0080', '\u009f'].map((control) =>
    rejected('user-id', `a name with U+${control.charCodeAt(0).toString(16).padStart(4, '0')}`, {
      user_id: `ann${control}`,
    }),
  ),
  valid('texts may hold control characters', { method: 'G\tT', endpoint: '/\u0000\n', module: '\u009f' }),
];
