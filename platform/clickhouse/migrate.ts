import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { projectFile, projectRoot } from '../../schemas/root.ts';
import { addressesOf } from './addresses.ts';
import { clusterOf, nodesOf } from './cluster.ts';
import { checkCluster } from './cluster-check.ts';
import {
  connectClickHouse,
  connectNodes,
  select,
  type ClickHouseClient,
  type ClickHouseConfig,
} from './connect.ts';
import { createDistributedTables } from './distributed-tables.ts';
import { checkEveryServer } from './every-server-check.ts';
import { replicated } from './replicated.ts';

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
 * Creates the database if necessary and applies the numbered files of schemas/clickhouse/ that are not applied yet. On
 * a cluster it does so in the database of the local tables on every server, and puts Distributed tables above them.
 * ClickHouse has no transactional DDL, so every statement says IF NOT EXISTS: after a crash between two statements the
 * next run completes the migration.
 * @param names of the files, ascending: with the first ones alone the tables are those of an earlier release
 * @returns the names of the files it applied; none when run again
 * @throws MigrationChangedError, ClusterError
 */
export async function migrate(
  config: ClickHouseConfig,
  names: readonly string[] = migrationFiles(),
): Promise<string[]> {
  const cluster = clusterOf(config);
  if (cluster === undefined) await checkServer(config);
  for (const node of nodesOf(config)) {
    const databases = [node.CLICKHOUSE_DATABASE, ...(cluster ? [config.CLICKHOUSE_DATABASE] : [])];
    await createDatabases(node, databases);
  }
  const nodes = connectNodes(config, 'api-credits migrate');
  try {
    if (cluster) {
      await checkEveryServer(nodes, cluster);
      for (const address of addressesOf(config)) await checkServer({ ...config, CLICKHOUSE_URL: address });
    }
    const engines = cluster && cluster.replicas > 1 ? replicated : (statement: string) => statement;
    const done = await applyMigrations(nodes, names, engines);
    if (cluster) await createDistributedTables(nodes, config.CLICKHOUSE_DATABASE, cluster);
    return done;
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
}

/** The names of all migrations, in the order in which they are applied. */
export const migrationFiles = (): string[] =>
  readdirSync(join(projectRoot(), ...FOLDER))
    .filter((name) => /^\d{4}_.+\.sql$/.test(name))
    .toSorted();

async function createDatabases(config: ClickHouseConfig, names: readonly string[]): Promise<void> {
  const bootstrap = connectClickHouse({ ...config, CLICKHOUSE_DATABASE: 'default' }, 'api-credits migrate');
  try {
    for (const name of names) await bootstrap.command({ query: `CREATE DATABASE IF NOT EXISTS ${name}` });
  } finally {
    await bootstrap.close();
  }
}

/** The database may not exist yet. */
async function checkServer(config: ClickHouseConfig): Promise<void> {
  const client = connectClickHouse({ ...config, CLICKHOUSE_DATABASE: 'default' }, 'api-credits migrate');
  try {
    await checkCluster(client, config);
  } finally {
    await client.close();
  }
}

/**
 * Each server records what was applied to it. A statement runs on every server before the next one does: the replicas
 * of a table must all be there before it is altered.
 */
async function applyMigrations(
  nodes: readonly ClickHouseClient[],
  names: readonly string[],
  engines: (statement: string) => string,
): Promise<string[]> {
  const applied = new Map<ClickHouseClient, ReadonlyMap<string, string>>();
  for (const node of nodes) applied.set(node, await readApplied(node));
  const done: string[] = [];
  for (const name of names) {
    const sql = projectFile(...FOLDER, name);
    const sha256 = createHash('sha256').update(sql).digest('hex');
    const pending = nodes.filter((node) => {
      const before = applied.get(node)?.get(name);
      if (before !== undefined && before !== sha256) throw new MigrationChangedError(name);
      return before === undefined;
    });
    if (pending.length === 0) continue;
    for (const statement of statementsOf(sql)) {
      for (const node of pending) await node.command({ query: engines(statement) });
    }
    for (const node of pending) {
      await node.insert({ table: 'schema_migrations', values: [{ name, sha256 }], format: 'JSONEachRow' });
    }
    done.push(name);
  }
  return done;
}

async function readApplied(client: ClickHouseClient): Promise<ReadonlyMap<string, string>> {
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS schema_migrations
      (name String, sha256 String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
      ENGINE = MergeTree ORDER BY name`,
  });
  const rows = await select(client, AppliedRow, 'SELECT name, sha256 FROM schema_migrations');
  return new Map(rows.map(({ name, sha256 }) => [name, sha256]));
}

/** The statements of a file: each ends with a semicolon at the end of a line. Comment lines are removed. */
function statementsOf(sql: string): string[] {
  const code = sql.replaceAll(/^\s*--.*$/gm, '');
  return code.split(/;\s*$/m).flatMap((statement) => (statement.trim() ? [statement] : []));
}
