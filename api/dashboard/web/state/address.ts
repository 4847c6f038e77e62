import { signal } from '@preact/signals';

/** The screen and everything it shows. Opening the same address again shows the same. */
export interface Address {
  readonly path: string;
  readonly params: URLSearchParams;
}

/** Null removes a parameter; a list repeats it. */
export type ParamChanges = Readonly<Record<string, string | readonly string[] | null>>;

/** Parameters that belong to one screen: links to another screen drop them. */
const SCREEN_PARAMS = [
  'cursor',
  'addresses',
  'alerts',
  'search',
  'dead_letter',
  'reason',
  'state',
  'topic',
  'partition',
  'record_org',
  'appended_from',
  'appended_to',
  'replay',
  'call',
  'day',
  'days_from',
  'days_to',
  'credits',
  'days',
  'edition',
  'users',
  'limit',
];

export const address = signal(read());
globalThis.addEventListener('popstate', () => (address.value = read()));

function read(): Address {
  return { path: location.pathname, params: new URLSearchParams(location.search) };
}

export function hrefOf(path: string, changes: ParamChanges = {}): string {
  const params = new URLSearchParams(address.value.params);
  if (path !== address.value.path) for (const name of SCREEN_PARAMS) params.delete(name);
  for (const [name, value] of Object.entries(changes)) {
    params.delete(name);
    if (value === null) continue;
    for (const each of typeof value === 'string' ? [value] : value) params.append(name, each);
  }
  const query = params.toString();
  return query === '' ? path : `${path}?${query}`;
}

export function goTo(href: string, { replace = false } = {}): void {
  if (href === location.pathname + location.search) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', href);
  address.value = read();
}

/** Changes what the current screen shows. */
export function setParams(changes: ParamChanges, options?: { readonly replace?: boolean }): void {
  goTo(hrefOf(address.value.path, changes), options);
}

export const param = (name: string): string => address.value.params.get(name) ?? '';
