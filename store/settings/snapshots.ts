import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { InvalidCatalogueError } from '../../domain/catalogues/invalid-catalogue.ts';
import { SettingsState, type UnknownOrgs } from '../../domain/settings/state.ts';
import { compiled } from '../../platform/compiled-schema.ts';
import { foldIdentity } from './fold-identity.ts';
import { readLogDigest } from './read-log.ts';

const HeadRow = Type.Object({
  next_offset: Type.Integer(),
  orgs: Type.Integer(),
  log_rows: Type.Integer(),
  log_digest: Type.String(),
  catalogues: Type.String(),
});
const OrgRow = Type.Object({ org_id: Type.String(), recorded_at: Type.Integer(), state: Type.String() });
const Catalogues = Type.Object({
  editions: Type.Array(Type.Unknown()),
  prices: Type.Array(Type.Unknown()),
  costs: Type.Array(Type.Unknown()),
});
const ROWS_PER_INSERT = 10_000;

/**
 * The state of the latest snapshot by this code; undefined where there is none that holds. One that was folded from
 * other rows than the log has now, or that is not complete, does not hold: the log is folded instead.
 */
export async function readSnapshot(
  client: ClickHouseClient,
  unknownOrgs: UnknownOrgs,
): Promise<SettingsState | undefined> {
  const fold = foldIdentity(unknownOrgs);
  const [head] = await select(
    client,
    HeadRow,
    `SELECT next_offset, orgs, log_rows, toString(log_digest) AS log_digest, catalogues
     FROM settings_snapshots FINAL WHERE fold = {fold:String}`,
    { fold },
  );
  if (head === undefined) return undefined;
  const { rows, digest } = await readLogDigest(client, head.next_offset);
  if (rows !== head.log_rows || digest !== head.log_digest) return undefined;
  const orgs = await select(
    client,
    OrgRow,
    `SELECT org_id, recorded_at, state FROM settings_snapshot_orgs FINAL
     WHERE fold = {fold:String} AND next_offset = {next:UInt64}`,
    { fold, next: head.next_offset },
  );
  const catalogues: unknown = JSON.parse(head.catalogues);
  if (orgs.length !== head.orgs || !compiled(Catalogues).check(catalogues)) return undefined;
  try {
    return SettingsState.restore(unknownOrgs, {
      nextOffset: head.next_offset,
      logRows: head.log_rows,
      catalogues,
      orgs: orgs.map(({ org_id, recorded_at, state }) => ({
        orgId: org_id,
        recordedAt: recorded_at,
        packed: state,
      })),
    });
  } catch (error) {
    if (error instanceof InvalidCatalogueError) return undefined;
    throw error;
  }
}

/**
 * Writes a snapshot of a state, which replaces earlier ones. Writes nothing where the log has other rows below the state's
 * offset than the state was folded from, as when a record has landed late.
 * @returns whether it was written
 */
export async function writeSnapshot(
  client: ClickHouseClient,
  unknownOrgs: UnknownOrgs,
  state: SettingsState,
): Promise<boolean> {
  const fold = foldIdentity(unknownOrgs);
  const { nextOffset, logRows, catalogues, orgs } = state.snapshot();
  const { rows, digest } = await readLogDigest(client, nextOffset);
  if (rows !== logRows) return false;
  for (let start = 0; start < orgs.length; start += ROWS_PER_INSERT) {
    await client.insert({
      table: 'settings_snapshot_orgs',
      values: orgs.slice(start, start + ROWS_PER_INSERT).map(({ orgId, recordedAt, packed }) => ({
        fold,
        next_offset: nextOffset,
        org_id: orgId,
        recorded_at: recordedAt,
        state: packed,
      })),
      format: 'JSONEachRow',
    });
  }
  await client.insert({
    table: 'settings_snapshots',
    values: [
      {
        fold,
        next_offset: nextOffset,
        orgs: orgs.length,
        log_rows: rows,
        log_digest: digest,
        catalogues: JSON.stringify(catalogues),
      },
    ],
    format: 'JSONEachRow',
  });
  return true;
}
