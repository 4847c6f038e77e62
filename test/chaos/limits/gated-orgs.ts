import type { KeptLimit } from './kept.ts';

/** The local stack's subscription (interfaces.md): included and additional credits. */
export const INCLUDED = 5_000;
export const TOTAL = 15_000;

/** The API server's users and apps; a budget or a team names some of them. */
export const USERS = ['ann', 'ben', 'cem', 'dan'] as const;
export const APPS = ['web', 'batch'] as const;

/** Its credits return during the run: most of them were used 24 hours before. */
export const ROLLING = 'gated-rolling';
/** Calls go on while no gate answers, and its limit falls and rises. */
export const OPEN = 'gated-open';
/** It has budgets of a user, an app and a team. */
export const BUDGETED = 'gated-budgets';
/** It has a spending cap. */
export const CAPPED = 'gated-capped';
/** The organisations whose calls ask a gate; no other calls of them are made during the run. */
export const GATED = [ROLLING, OPEN, BUDGETED, CAPPED] as const;

export const BUDGETS = [
  { scope: 'user', name: 'ann', credits: 1_500 },
  { scope: 'app', name: 'batch', credits: 4_000 },
  { scope: 'team', name: 'pair', credits: 2_500 },
] as const;
export const PAIR: readonly string[] = ['ben', 'cem'];

/** The module of calls that were admitted without credits, because no gate answered. */
export const UNLEASED = 'unleased';

/** Buys 3,000 credits beyond the included ones, which all lie in the first slab. */
export const CAP = '0.42';
/** Per 1,000 credits, in hundredths like the cap. */
export const RATE_HUNDREDTHS = 14;
export const CAP_HUNDREDTHS = 42;

/** What the calls of a budget have in common. */
export const budgetLimits = (): KeptLimit[] =>
  BUDGETS.map(({ scope, name, credits }) => ({
    name: `${scope} ${name} of ${BUDGETED}`,
    creditsAt: () => credits,
    counts: ({ org, user, app }) => {
      if (org !== BUDGETED) return false;
      if (scope === 'user') return user === name;
      return scope === 'app' ? app === name : PAIR.includes(user);
    },
  }));
