/** A version of effective-dated data: in effect from its instant until the instant of the next version. */
export interface Effective {
  /** Epoch milliseconds. */
  readonly effectiveAt: number;
}

/**
 * The version in effect at an instant: the one with the latest effectiveAt at or before the instant. Undefined before
 * the first version. D: of several with the same effectiveAt, the one recorded last.
 */
export function inEffectAt<V extends Effective>(versions: readonly V[], instant: number): V | undefined {
  let found: V | undefined;
  for (const version of versions) {
    if (version.effectiveAt <= instant && (found === undefined || version.effectiveAt >= found.effectiveAt)) {
      found = version;
    }
  }
  return found;
}

/** Every version that is in effect at some instant of [from, to), in chronological order. */
export function inEffectDuring<V extends Effective>(
  versions: readonly V[],
  from: number,
  to: number,
): readonly V[] {
  const found: V[] = [];
  for (const instant of [from, ...changesWithin(versions, from, to)]) {
    const version = inEffectAt(versions, instant);
    if (version !== undefined && version !== found.at(-1)) found.push(version);
  }
  return found;
}

/** The instants in (from, to) at which a version takes effect, ascending, each once. */
export function changesWithin(versions: readonly Effective[], from: number, to: number): readonly number[] {
  const instants = new Set<number>();
  for (const { effectiveAt } of versions)
    if (effectiveAt > from && effectiveAt < to) instants.add(effectiveAt);
  return [...instants].toSorted((a, b) => a - b);
}
