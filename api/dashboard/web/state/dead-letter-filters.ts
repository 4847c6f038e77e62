import { param } from './address.ts';
import type { Query } from './send.ts';

/** The filters of dead letters: their names in the address and in the API. */
export const DEAD_LETTER_FILTERS = [
  ['state', 'state'],
  ['reason', 'reason'],
  ['record_org', 'org'],
  ['topic', 'topic'],
  ['partition', 'partition'],
  ['appended_from', 'from'],
  ['appended_to', 'to'],
  ['replay', 'replay'],
] as const;

/** Of what can be checked and replayed: the state is always open then. */
const OPEN_ONLY = new Set(['state', 'replay']);

/** The filters in the address, as the API takes them. */
export const deadLetterQuery = (): Query =>
  DEAD_LETTER_FILTERS.map(([name, inApi]) => [inApi, param(name)] as const).filter(
    ([, value]) => value !== '',
  );

/** The same without those of what has been replayed. */
export const openDeadLetterQuery = (): Query => deadLetterQuery().filter(([name]) => !OPEN_ONLY.has(name));
