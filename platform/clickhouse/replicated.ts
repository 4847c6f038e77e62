/** MergeTree and its relatives, with their arguments. */
const ENGINE = /\bENGINE = (\w*MergeTree)\b(?:\(([^)]*)\))?/g;

/**
 * A statement of schemas/clickhouse/ whose table is replicated between the servers of a shard. The path has the names
 * of shard, database and table instead of the table's UUID, because each server creates its tables by itself. {shard}
 * and {replica} are macros of each server's configuration.
 */
export function replicated(statement: string): string {
  return statement.replaceAll(ENGINE, (_engine, name: string, given: string | undefined) => {
    const rest = given ? `, ${given}` : '';
    return `ENGINE = Replicated${name}('/clickhouse/tables/{shard}/{database}/{table}', '{replica}'${rest})`;
  });
}
