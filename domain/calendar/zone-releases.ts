import { BUNDLED_RULES, TIME_ZONE_RULES, type ZoneClock, type ZoneRules } from './zone-rules.ts';

/** A release of the time zone database, and since when the days of this deployment follow it. */
export interface AdoptedRelease {
  /** Like 2026f. */
  readonly version: string;
  /** Epoch milliseconds; the first release also applies before. */
  readonly effectiveAt: number;
  readonly rules: ZoneRules;
}

const BUNDLED: AdoptedRelease = {
  version: TIME_ZONE_RULES.version,
  effectiveAt: -Infinity,
  rules: BUNDLED_RULES,
};

/**
 * New rules never move a day that has begun: an organisation passes to the rules of a new release as it passes to
 * another time zone, at the end of the local day in which the release takes effect (zone-changes.ts). So closed days
 * keep their recorded bounds, no instant belongs to two days or to none, and a day recomputes to the same figure.
 *
 * The list belongs to the deployment, not to the process: the aggregator records it and everyone reads it
 * (store/zone-releases.ts). Like the database itself it is one for the whole process. Until it is read, the release that
 * the process brings along applies to all time.
 */
let adopted: readonly AdoptedRelease[] = [BUNDLED];

export const adoptedReleases = (): readonly AdoptedRelease[] => adopted;

/** @param releases in the order in which they take effect; none for the release that the process brings along */
export function useReleases(releases: readonly AdoptedRelease[]): void {
  const wanted = releases.length === 0 ? [BUNDLED] : releases;
  // The calendars are made again for another list.
  const isSame = wanted.length === adopted.length && wanted.every((each, at) => isEqual(each, adopted[at]));
  if (!isSame) adopted = wanted;
}

const isEqual = (release: AdoptedRelease, other: AdoptedRelease | undefined): boolean =>
  release.rules === other?.rules && release.effectiveAt === other.effectiveAt;

/**
 * The clock of a zone at an instant. A zone that the release of that time does not have yet has the clock of the first
 * later one that does. Undefined for a text that names none.
 */
export function zoneClockAt(name: string, instant: number): ZoneClock | undefined {
  const current = Math.max(
    0,
    adopted.findLastIndex(({ effectiveAt }) => effectiveAt <= instant),
  );
  const later = adopted.slice(current).find(({ rules }) => rules.has(name));
  const release = later ?? adopted.findLast(({ rules }) => rules.has(name)) ?? BUNDLED;
  return release.rules.clockOf(name);
}
