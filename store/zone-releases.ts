import { createHash } from 'node:crypto';
import { Type } from 'typebox';
import { useReleases, type AdoptedRelease } from '../domain/calendar/zone-releases.ts';
import { BUNDLED_DATABASE, BUNDLED_RULES, zoneRules, type ZoneRules } from '../domain/calendar/zone-rules.ts';
import { formatInstant } from '../domain/instants.ts';
import { select, type ClickHouseClient } from '../platform/clickhouse/connect.ts';
import { compiled } from '../platform/compiled-schema.ts';
import { HOUR_MS, MINUTE_MS } from '../schemas/time-units.ts';

const ReleaseRow = Type.Object({
  sha256: Type.String(),
  version: Type.String(),
  effective_at: Type.Integer(),
});
const DatabaseRow = Type.Object({ database: Type.String() });
const Database = Type.Object({
  version: Type.String(),
  zones: Type.Array(Type.String()),
  links: Type.Array(Type.String()),
});

/** D: by then every process has read that a release was adopted, and no day that has been closed began later. */
const ADOPTED_AHEAD_MS = HOUR_MS;
/** How old what a process knows of the releases may be: much less than ADOPTED_AHEAD_MS. */
const KNOWN_FOR_MS = MINUTE_MS;

const bundledJson = JSON.stringify({
  version: BUNDLED_DATABASE.version,
  zones: BUNDLED_DATABASE.zones,
  links: BUNDLED_DATABASE.links,
});
const bundledSha256 = createHash('sha256').update(bundledJson).digest('hex');
/** Releases by their sha256; there are a few a year. */
const rulesOf = new Map<string, ZoneRules>([[bundledSha256, BUNDLED_RULES]]);

/** The releases that were adopted, in the order in which they take effect; none before the aggregator's first start. */
export async function readReleases(client: ClickHouseClient): Promise<AdoptedRelease[]> {
  const rows = await select(
    client,
    ReleaseRow,
    `SELECT sha256, any(version) AS version, toUnixTimestamp64Milli(min(zone_releases.effective_at)) AS effective_at
     FROM zone_releases GROUP BY sha256 ORDER BY effective_at, sha256`,
  );
  const releases: AdoptedRelease[] = [];
  for (const { sha256, version, effective_at } of rows) {
    const rules = rulesOf.get(sha256) ?? (await readRules(client, sha256));
    rulesOf.set(sha256, rules);
    releases.push({ version, effectiveAt: effective_at, rules });
  }
  return releases;
}

async function readRules(client: ClickHouseClient, sha256: string): Promise<ZoneRules> {
  const [row] = await select(
    client,
    DatabaseRow,
    `SELECT database FROM zone_releases WHERE sha256 = {sha256:String} LIMIT 1`,
    { sha256 },
  );
  const database: unknown = JSON.parse(row?.database ?? 'null');
  if (compiled(Database).check(database)) return zoneRules(database);
  throw new Error(`The table zone_releases has no time zone database under ${sha256}.`);
}

/**
 * Records the release that this process brings along, unless it was adopted before: in effect for all time where it is
 * the first, else from an hour on.
 * @param now epoch milliseconds
 * @returns since when it is in effect, epoch milliseconds; undefined where it was adopted before
 */
export async function adoptBundledRelease(
  client: ClickHouseClient,
  now: number,
): Promise<number | undefined> {
  const releases = await readReleases(client);
  if (releases.some(({ rules }) => rules === BUNDLED_RULES)) return undefined;
  const effectiveAt = releases.length === 0 ? 0 : now + ADOPTED_AHEAD_MS;
  await client.insert({
    table: 'zone_releases',
    values: [
      {
        sha256: bundledSha256,
        version: BUNDLED_DATABASE.version,
        effective_at: formatInstant(effectiveAt),
        database: bundledJson,
      },
    ],
    format: 'JSONEachRow',
  });
  return effectiveAt;
}

/** Makes the calendars follow the adopted releases. */
export interface FollowReleases {
  (): Promise<void>;
  /** False for a minute after the last reading: until then a call does nothing. */
  isDue(): boolean;
}

/** @param uptime milliseconds of a clock that only goes forward */
export function followReleases(
  client: ClickHouseClient,
  uptime: () => number = () => performance.now(),
): FollowReleases {
  let readAt = -Infinity;
  const isDue = (): boolean => uptime() - readAt >= KNOWN_FOR_MS;
  const follow = async (): Promise<void> => {
    const startedAt = uptime();
    if (!isDue()) return;
    useReleases(await readReleases(client));
    readAt = startedAt;
  };
  return Object.assign(follow, { isDue });
}
