/** A figure that must be a whole number is not one. Computing on would silently misprice. */
export class CreditsError extends Error {
  readonly code = 'NOT_CREDITS';
  constructor(name: string, value: number) {
    super(`${name} is ${value}: must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`);
    this.name = 'CreditsError';
  }
}

/** Checks that every figure is a whole number from 0. @throws CreditsError naming the first that is not */
export function assertCredits(figures: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(figures)) {
    if (!Number.isSafeInteger(value) || value < 0) throw new CreditsError(name, value);
  }
}
