import type { AdoptedRelease } from '../../../domain/calendar/zone-releases.ts';
import {
  BUNDLED_DATABASE,
  BUNDLED_RULES,
  zoneRules,
  type ZoneDatabase,
} from '../../../domain/calendar/zone-rules.ts';

/**
 * The bundled database as it was before Vancouver gave up standard time in 2026: its clocks go back to UTC-8 on
 * 2026-11-01, as those of Los Angeles still do. Before 2020 both had the same rules. It has no America/Coyhaique yet.
 */
export const OLD_DATABASE: ZoneDatabase = {
  version: '2025b',
  zones: BUNDLED_DATABASE.zones
    .filter((packed) => !packed.startsWith('America/Vancouver|') && !packed.startsWith('America/Coyhaique|'))
    .concat(
      BUNDLED_DATABASE.zones
        .filter((packed) => packed.startsWith('America/Los_Angeles|'))
        .map((packed) => packed.replace('America/Los_Angeles|', 'America/Vancouver|')),
    ),
  links: BUNDLED_DATABASE.links,
};
export const OLD_RULES = zoneRules(OLD_DATABASE);

/** The old release for all time until the bundled one takes effect. */
export const twoReleases = (effectiveAt: number): readonly AdoptedRelease[] => [
  { version: OLD_DATABASE.version, effectiveAt: 0, rules: OLD_RULES },
  { version: BUNDLED_DATABASE.version, effectiveAt, rules: BUNDLED_RULES },
];
