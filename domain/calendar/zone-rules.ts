import bundled from 'moment-timezone/data/packed/latest.json' with { type: 'json' };
import { DAY_MS, MINUTE_MS } from '../../schemas/time-units.ts';

/** A release of the IANA time zone database as the package moment-timezone packs it. */
export interface ZoneDatabase {
  /** Like 2026f. */
  readonly version: string;
  /** Each `name|abbreviations|offsets|indices|differences|population`. */
  readonly zones: readonly string[];
  /** Each `target|name`. */
  readonly links: readonly string[];
}

/**
 * The release that this process brings along. It is a package, not the ICU of the runtime: so two processes on different
 * versions of Node agree on every day, and new rules need no new Node (CONTRIBUTING.md, Time zone rules).
 */
export const BUNDLED_DATABASE: ZoneDatabase = bundled;

export const TIME_ZONE_RULES = {
  /** The release of the IANA database, like 2026f. */
  version: bundled.version,
  /** When the package with this release was published; a test compares it with the package's change log. */
  releasedOn: '2026-10-29',
} as const;

/** Whole days since the release of the rules. @param now epoch milliseconds */
export function rulesAgeDays(now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(TIME_ZONE_RULES.releasedOn)) / DAY_MS));
}

/** The clock of one zone: its offset from UTC in each interval between two transitions. */
export interface ZoneClock {
  /** First instants of the intervals, epoch milliseconds, ascending; the first is -Infinity. */
  readonly starts: readonly number[];
  /** The offset of each interval in milliseconds, east of Greenwich positive. */
  readonly offsets: readonly number[];
}

/** The interval of a clock that holds an instant. @param starts first instants, ascending, the first is -Infinity */
export function intervalAt(starts: readonly number[], instant: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? Infinity) <= instant) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The offset of a zone from UTC at an instant, in milliseconds, east of Greenwich positive. */
export const offsetAt = ({ starts, offsets }: ZoneClock, instant: number): number =>
  offsets[intervalAt(starts, instant)] ?? 0;

/** The rules of every zone. Names are read in any case, like Intl does and as logs may have recorded them. */
export interface ZoneRules {
  readonly has: (name: string) => boolean;
  /** Undefined for a text that names no zone. Zones with equal rules, also of other releases, share their clock. */
  readonly clockOf: (name: string) => ZoneClock | undefined;
}

export function zoneRules(database: ZoneDatabase): ZoneRules {
  const packedZones = new Map<string, string>();
  for (const packed of database.zones) packedZones.set(nameOf(packed).toLowerCase(), packed);
  for (const link of database.links) {
    const [target = '', name = ''] = link.split('|');
    const packed = packedZones.get(target.toLowerCase());
    if (packed !== undefined) packedZones.set(name.toLowerCase(), packed);
  }
  return {
    has: (name) => packedZones.has(name.toLowerCase()),
    clockOf: (name) => {
      const packed = packedZones.get(name.toLowerCase());
      return packed === undefined ? undefined : sharedClock(packed);
    },
  };
}

export const BUNDLED_RULES: ZoneRules = zoneRules(BUNDLED_DATABASE);

/**
 * Whether the calendar can compute with a name: the only check of what is accepted as a time zone. D: bare offsets
 * such as "+05:30" and abbreviations such as "BST" are not names of the database.
 */
export const isTimeZone = (name: string): boolean => BUNDLED_RULES.has(name);

/** The clock of a zone by the release that this process brings along; undefined for a text that names none. */
export const zoneClock = (name: string): ZoneClock | undefined => BUNDLED_RULES.clockOf(name);

/** Unpacked when first used: most organisations are in a few zones. There are some 340 different clocks a release. */
const clocks = new Map<string, ZoneClock>();

/** By the offsets and transitions alone: neither a name nor a population makes another clock. */
function sharedClock(packed: string): ZoneClock {
  const rules = packed.split('|').slice(2, 5).join('|');
  const known = clocks.get(rules);
  if (known !== undefined) return known;
  const clock = unpack(packed);
  clocks.set(rules, clock);
  return clock;
}

function nameOf(packed: string): string {
  return packed.slice(0, packed.indexOf('|'));
}

/**
 * Reads the package's format: `name|abbreviations|offsets|indices|differences|population`. Numbers are in base 60:
 * offsets in minutes west of Greenwich, differences in minutes since the transition before, each with seconds as a
 * fraction. The indices say which offset each interval has.
 */
function unpack(packed: string): ZoneClock {
  const [, , offsetList = '', indices = '', differences = ''] = packed.split('|');
  const offsets = offsetList.split(' ').map((text) => 0 - toMilliseconds(text));
  const starts = [-Infinity];
  let start = 0;
  for (const text of differences === '' ? [] : differences.split(' ')) {
    start += toMilliseconds(text);
    starts.push(start);
  }
  return { starts, offsets: starts.map((_, interval) => offsets[digitOf(indices, interval)] ?? 0) };
}

/** A number in base 60 of minutes, like "-2gMnt.E", in milliseconds: exact to the second, as the database is. */
function toMilliseconds(text: string): number {
  const isNegative = text.startsWith('-');
  const [whole = '', seconds = ''] = text.slice(isNegative ? 1 : 0).split('.');
  let minutes = 0;
  for (let at = 0; at < whole.length; at += 1) minutes = minutes * 60 + digitOf(whole, at);
  let fraction = 0;
  for (let at = seconds.length - 1; at >= 0; at -= 1) fraction = (fraction + digitOf(seconds, at)) / 60;
  const milliseconds = minutes * MINUTE_MS + Math.round(fraction * 60) * 1_000;
  return isNegative ? -milliseconds : milliseconds;
}

/** The digits of base 60 are 0-9, a-z, A-X. */
function digitOf(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code > 96) return code - 87;
  return code > 64 ? code - 29 : code - 48;
}
