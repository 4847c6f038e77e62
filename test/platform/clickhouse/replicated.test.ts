import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replicated } from '../../../platform/clickhouse/replicated.ts';
import { CLUSTER_TABLES } from '../../../platform/clickhouse/sharding.ts';
import { projectRoot } from '../../../schemas/root.ts';

const folder = join(projectRoot(), 'schemas/clickhouse');
const sql = readdirSync(folder)
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n');

it('a table keeps its engine and arguments when it is replicated', () => {
  expect(replicated('ENGINE = ReplacingMergeTree(version)\nORDER BY a')).toBe(
    "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)\n" +
      'ORDER BY a',
  );
  expect(replicated('ENGINE = MergeTree\nORDER BY a')).toBe(
    "ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')\nORDER BY a",
  );
});

it('every table of the migrations is replicated', () => {
  const tables = [...sql.matchAll(/^CREATE TABLE IF NOT EXISTS (\w+)/gm)].length;
  expect(tables).toBeGreaterThan(10);
  expect(replicated(sql).match(/ENGINE = Replicated\w*MergeTree\('/g)).toHaveLength(tables);
  expect(replicated(sql).match(/ENGINE = /g)).toHaveLength(tables);
});

it('a cluster places every table of the migrations', () => {
  const tables = [...sql.matchAll(/^CREATE TABLE IF NOT EXISTS (\w+)/gm)].map(([, name = '']) => name);
  expect([...CLUSTER_TABLES].toSorted()).toEqual(tables.toSorted());
});
