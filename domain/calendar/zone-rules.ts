import database from 'moment-timezone/data/packed/latest.json' with { type: 'json' };
import { DAY_MS, MINUTE_MS } from '../../schemas/time-units.ts';

/**
 * The IANA time zone database that every process computes with. It is a package, not the ICU of the runtime: so two
 * processes on different versions of Node agree on every day, and new rules need no new Node
 * (docs: CONTRIBUTING.md, Time zone rules).
 */
export const TIME_ZONE_RULES = {
  /** The release of the IANA database, like 2026f. */
  version: database.version,
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

/** By lower-case name: like Intl, and as logs may have recorded them, names are read in any case. */
const packedZones = new Map<string, string>();
for (const packed of database.zones) packedZones.set(nameOf(packed).toLowerCase(), packed);
for (const link of database.links) {
  const [target = '', name = ''] = link.split('|');
  const packed = packedZones.get(target.toLowerCase());
  if (packed !== undefined) packedZones.set(name.toLowerCase(), packed);
}

/** Unpacked when first used: most organisations are in a few zones. Links share the clock of their target. */
const clocks = new Map<string, ZoneClock>();

/**
 * Whether the calendar can compute with a name: the only check of what is accepted as a time zone. D: bare offsets
 * such as "+05:30" and abbreviations such as "BST" are not names of the database.
 */
export function isTimeZone(name: string): boolean {
  return packedZones.has(name.toLowerCase());
}

/** The clock of a zone; undefined for a text that names none. */
export function zoneClock(name: string): ZoneClock | undefined {
  const packed = packedZones.get(name.toLowerCase());
  if (packed === undefined) return undefined;
  const known = clocks.get(packed);
  if (known !== undefined) return known;
  const clock = unpack(packed);
  clocks.set(packed, clock);
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
