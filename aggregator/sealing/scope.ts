/** What a seal counts: every organisation of its hours, or only the invalidated (organisation, hour) pairs. */
export type SealScope = 'all' | 'invalidated';

/**
 * The SQL condition, with its AND, that narrows a statement to a scope. The statement needs the query parameter
 * `hours`, in seconds. Pairs count as invalidated when the statement runs, until they are cleared:
 * at least those that the caller has read, whatever another sealer has done since.
 * @param hour the table's expression of an event's hour
 */
export function scopeCondition(scope: SealScope, hour: string): string {
  if (scope === 'all') return '';
  return `AND (${hour}, org_id) IN (
    SELECT hour, org_id FROM dirty_marks FINAL WHERE cleared < 2 AND hour IN {hours:Array(UInt32)})`;
}
