import { param } from './address.ts';

/** The time zone chosen in the address; empty for the organisation's own, also if the name is not a zone. */
export function chosenZone(): string {
  const zone = param('zone');
  return zone !== '' && isZone(zone) ? zone : '';
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat(undefined, { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
