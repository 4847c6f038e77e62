import { editionAt } from '../catalogues/catalogues.ts';
import type { Catalogues } from '../catalogues/catalogues.ts';
import type { Edition } from '../catalogues/editions.ts';
import type { Subscription } from '../settings/org-history.ts';
import { changesWithin, inEffectAt } from '../versions.ts';

/** The credits that 24 hours may use: those the edition includes, and the additional limit beyond them. */
export interface Allowance {
  readonly included: number;
  readonly additionalLimit: number;
}

/** An allowance at one instant, and the formula behind it. */
export interface AllowanceAt extends Allowance {
  readonly edition: string;
  readonly formula: {
    readonly base: number;
    readonly per_user: number;
    readonly users: number;
    readonly maximum: number | null;
  };
}

/** min(maximum, base + per_user x users) (domain.md, Terms; B). */
export function includedCredits(edition: Edition, users: number): number {
  const granted = edition.base + edition.per_user * users;
  return edition.maximum === null ? granted : Math.min(edition.maximum, granted);
}

/**
 * The allowance of a subscription at an instant; undefined before its first version, when there is no subscription.
 * @throws UnknownEditionError
 */
export function allowanceAt(
  catalogues: Catalogues,
  { product, versions }: Subscription,
  instant: number,
): AllowanceAt | undefined {
  const terms = inEffectAt(versions, instant)?.value;
  if (terms === undefined) return undefined;
  const edition = editionAt(catalogues, product, terms.edition, instant);
  const { base, per_user, maximum } = edition;
  return {
    included: includedCredits(edition, terms.users),
    additionalLimit: terms.additionalLimit,
    edition: terms.edition,
    formula: { base, per_user, users: terms.users, maximum },
  };
}

/**
 * The allowance of a subscription on a billing day [from, to): the highest included credits and, separately, the
 * highest additional limit in effect at any instant of the day (domain.md, The charge of a day). So a raise applies to
 * the whole day, and a cut does not lower it. Undefined where there is no subscription at any instant of the day.
 * D: one that begins within the day applies to all of it.
 * @throws UnknownEditionError
 */
export function allowanceOfDay(
  catalogues: Catalogues,
  subscription: Subscription,
  day: { readonly from: number; readonly to: number },
): Allowance | undefined {
  const changes = [
    ...changesWithin(subscription.versions, day.from, day.to),
    ...changesWithin(catalogues.editions, day.from, day.to),
  ];
  const allowances = [day.from, ...changes]
    .map((instant) => allowanceAt(catalogues, subscription, instant))
    .filter((allowance) => allowance !== undefined);
  if (allowances.length === 0) return undefined;
  return {
    included: Math.max(...allowances.map((each) => each.included)),
    additionalLimit: Math.max(...allowances.map((each) => each.additionalLimit)),
  };
}
