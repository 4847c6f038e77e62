/** A version of effective-dated data: in effect from its instant until the instant of the next version. */
export interface Effective {
  /** Epoch milliseconds. */
  readonly effectiveAt: number;
}

/**
 * The version in effect at an instant: the one with the latest effectiveAt at or before the instant. Undefined before
 * the first version. D: of several with the same effectiveAt, the one recorded last.
 * @param versions in the order in which they were recorded; never changed after the first call
 */
export function inEffectAt<V extends Effective>(versions: readonly V[], instant: number): V | undefined {
  if (versions.length > LONGEST_SCAN) {
    const order = timelineOf(versions);
    return versions[order[lastAtOrBefore(versions, order, instant)] ?? -1];
  }
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
  if (versions.length > LONGEST_SCAN) {
    const order = timelineOf(versions);
    const instants: number[] = [];
    for (let at = lastAtOrBefore(versions, order, from) + 1; at < order.length; at += 1) {
      const { effectiveAt } = versions[order[at] ?? -1] ?? { effectiveAt: Infinity };
      if (effectiveAt >= to) break;
      instants.push(effectiveAt);
    }
    return instants;
  }
  const instants = new Set<number>();
  for (const { effectiveAt } of versions)
    if (effectiveAt > from && effectiveAt < to) instants.add(effectiveAt);
  return [...instants].toSorted((a, b) => a - b);
}

/** Most histories have one or two versions: up to so many are scanned, longer ones are sorted once and searched. */
const LONGEST_SCAN = 16;
const timelines = new WeakMap<readonly Effective[], readonly number[]>();

/** The positions of the versions by effectiveAt, each instant once: of several versions the one recorded last. */
function timelineOf(versions: readonly Effective[]): readonly number[] {
  const known = timelines.get(versions);
  if (known !== undefined) return known;
  const last = new Map<number, number>();
  for (const [position, { effectiveAt }] of versions.entries()) last.set(effectiveAt, position);
  const order = [...last].toSorted(([a], [b]) => a - b).map(([, position]) => position);
  timelines.set(versions, order);
  return order;
}

/** The place in the timeline of the last version that has taken effect by an instant; -1 before the first. */
function lastAtOrBefore(versions: readonly Effective[], order: readonly number[], instant: number): number {
  let [low, high] = [-1, order.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const version = versions[order[middle] ?? -1];
    if (version !== undefined && version.effectiveAt <= instant) low = middle;
    else high = middle - 1;
  }
  return low;
}
