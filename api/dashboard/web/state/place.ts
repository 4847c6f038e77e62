import { signal } from '@preact/signals';

/** What the address says: the screen, and everything that it shows. A link to it shows the same. */
export interface Place {
  readonly path: string;
  readonly params: URLSearchParams;
}

/** What is set to null goes; a list is repeated. */
export type Patch = Readonly<Record<string, string | readonly string[] | null>>;

/** Of one screen alone: not taken along to another. */
const OF_A_SCREEN = [
  'cursor',
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

export const place = signal(read());
globalThis.addEventListener('popstate', () => (place.value = read()));

function read(): Place {
  return { path: location.pathname, params: new URLSearchParams(location.search) };
}

export function hrefOf(path: string, patch: Patch = {}): string {
  const params = new URLSearchParams(place.value.params);
  if (path !== place.value.path) for (const name of OF_A_SCREEN) params.delete(name);
  for (const [name, value] of Object.entries(patch)) {
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
  place.value = read();
}

/** Changes what is shown on this screen. */
export function show(patch: Patch, how?: { readonly replace?: boolean }): void {
  goTo(hrefOf(place.value.path, patch), how);
}

export const param = (name: string): string => place.value.params.get(name) ?? '';
