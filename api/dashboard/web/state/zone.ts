import { isTimeZone } from '../../../../domain/calendar/zone-rules.ts';
import { param } from './address.ts';

/** The names that this release knows, of those that the browser lists. */
export const allZones = Intl.supportedValuesOf('timeZone').filter(isTimeZone);

/** The time zone chosen in the address; empty for the organisation's own, also if the name is not a zone. */
export function chosenZone(): string {
  const zone = param('zone');
  return isTimeZone(zone) ? zone : '';
}
