/** Credits are whole numbers; a figure that is none would silently misprice, so it stops here. */
export class CreditsError extends Error {
  readonly code = 'not-credits';
  constructor(name: string, value: number) {
    super(`${name} is ${value}: must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}.`);
    this.name = 'CreditsError';
  }
}

/** Throws CreditsError where one of the named figures is no count of credits. */
export function assertCredits(figures: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(figures)) {
    if (!Number.isSafeInteger(value) || value < 0) throw new CreditsError(name, value);
  }
}
