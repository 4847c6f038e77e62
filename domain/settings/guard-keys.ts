import { inEffectAt } from '../versions.ts';
import type { Versions } from './org-history.ts';
import type { GuardKind } from './guard-values.ts';

/** The guards of an organisation, each with its history. */
export type Guards = ReadonlyMap<string, Versions<string>>;

/** Names a guard: its kind, its product ('' for a team), and the scope and name of a budget or a team. */
export const guardKey = (kind: GuardKind, product: string, scope = '', name = ''): string =>
  JSON.stringify([kind, product, scope, name]);

/** The value of a guard in effect at an instant, as the change gave it; undefined without one. */
export function guardAt(guards: Guards, key: string, instant: number): unknown {
  const version = inEffectAt(guards.get(key) ?? [], instant);
  return version && JSON.parse(version.value);
}

/** Every guard of a kind and product that is in effect at an instant, by its key. */
export function guardsAt(guards: Guards, kind: GuardKind, product: string, instant: number): unknown[] {
  return [...guards.keys()]
    .filter((key) => key.startsWith(JSON.stringify([kind, product]).slice(0, -1)))
    .map((key) => guardAt(guards, key, instant))
    .filter((value) => value !== undefined);
}
