import type { Versions } from '../../../domain/settings/org-history.ts';

/** A settings history from pairs of instant and value, in the order of recording. */
export function history<T>(
  ...entries: readonly (readonly [effectiveAt: number | string, value: T])[]
): Versions<T> {
  return entries.map(([effectiveAt, value]) => {
    const instant = typeof effectiveAt === 'string' ? Date.parse(effectiveAt) : effectiveAt;
    return { effectiveAt: instant, value, recordedAt: instant, recordedBy: 'test', reason: 'test' };
  });
}

/** The instant of a text; fails the test where the text is not an instant. */
export function at(text: string): number {
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw new Error(`${text} is not an instant`);
  return instant;
}

/** An instant in UTC, without seconds where they are zero. */
export function utc(instant: number): string {
  return new Date(instant).toISOString().replace(':00.000Z', 'Z');
}
