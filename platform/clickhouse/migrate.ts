import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { projectFile, projectRoot } from '../../schemas/root.ts';
import { connectClickHouse, select, type ClickHouseConfig } from './connect.ts';

const FOLDER = ['schemas', 'clickhouse'];
const AppliedRow = Type.Object({ name: Type.String(), sha256: Type.String() });

/** The file of an applied migration has changed: the database no longer matches the files. */
export class MigrationChangedError extends Error {
  readonly code = 'MIGRATION_CHANGED';
  constructor(name: string) {
    super(
      `${name} has changed after it was applied. Restore it and put the change into a new numbered file.`,
    );
    this.name = 'MigrationChangedError';
  }
}

/**
 * Creates the database if necessary and applies the numbered files of schemas/clickhouse/ that are not applied yet.
 * ClickHouse has no transactional DDL, so every statement says IF NOT EXISTS: after a crash between two statements the
 * next run completes the migration.
 * @returns the names of the files it applied; none when run again
 * @throws MigrationChangedError
 */
export async function migrate(config: ClickHouseConfig): Promise<string[]> {
  const bootstrap = connectClickHouse({ ...config, CLICKHOUSE_DATABASE: 'default' }, 'api-credits migrate');
  await bootstrap.command({ query: `CREATE DATABASE IF NOT EXISTS ${config.CLICKHOUSE_DATABASE}` });
  await bootstrap.close();

  const client = connectClickHouse(config, 'api-credits migrate');
  try {
    await client.command({
      query: `CREATE TABLE IF NOT EXISTS schema_migrations
        (name String, sha256 String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
        ENGINE = MergeTree ORDER BY name`,
    });
    const rows = await select(client, AppliedRow, 'SELECT name, sha256 FROM schema_migrations');
    const applied = new Map(rows.map(({ name, sha256 }) => [name, sha256]));
    const names = readdirSync(join(projectRoot(), ...FOLDER)).filter((name) => /^\d{4}_.+\.sql$/.test(name));
    const done: string[] = [];
    for (const name of names.toSorted()) {
      const sql = projectFile(...FOLDER, name);
      const sha256 = createHash('sha256').update(sql).digest('hex');
      const before = applied.get(name);
      if (before === sha256) continue;
      if (before !== undefined) throw new MigrationChangedError(name);
      for (const statement of statementsOf(sql)) await client.command({ query: statement });
      await client.insert({ table: 'schema_migrations', values: [{ name, sha256 }], format: 'JSONEachRow' });
      done.push(name);
    }
    return done;
  } finally {
    await client.close();
  }
}

/** The statements of a file: each ends with a semicolon at the end of a line. Comment lines are removed. */
function statementsOf(sql: string): string[] {
  const code = sql.replaceAll(/^\s*--.*$/gm, '');
  return code.split(/;\s*$/m).flatMap((statement) => (statement.trim() ? [statement] : []));
}
