import { Type } from 'typebox';
import type { Admin } from 'kafkajs';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Topics } from '../../schemas/topics.ts';
import { count } from '../table.ts';
import { tableLines } from './back-up-table.ts';
import { BACKED_UP_TABLES, BACKED_UP_TOPICS, LANDED_IN } from './contents.ts';
import { NoTablesError, TargetNotEmptyError } from './errors.ts';
import { readTopicConfig, readTopicState } from './topic-state.ts';

/** Where a backup is to be restored. */
export interface Target {
  readonly admin: Admin;
  readonly client: ClickHouseClient;
  readonly database: string;
  readonly topics: Topics;
}

export interface TargetNeeds {
  /** By topic, the offset behind the last one of the backup. */
  readonly endOffsets: ReadonlyMap<keyof Topics, number>;
  /** The rows of `zone_releases` in the backup. */
  readonly releases: ReadonlySet<string>;
}

/**
 * Checks that nothing is in the way.
 * @returns the topics that exist and are empty
 * @throws TargetNotEmptyError with everything that is
 */
export async function checkTarget(target: Target, needs: TargetNeeds): Promise<ReadonlySet<string>> {
  const { found, empty } = await findTopics(target);
  found.push(...(await findRows(target, needs)));
  if (found.length > 0) throw new TargetNotEmptyError(found);
  return empty;
}

const Name = Type.Object({ name: Type.String() });

/** @throws NoTablesError */
export async function checkTables({ client, database }: Pick<Target, 'client' | 'database'>): Promise<void> {
  const wanted = new Set([...BACKED_UP_TABLES.map(({ name }) => name), ...Object.values(LANDED_IN)]);
  const rows = await select(
    client,
    Name,
    `SELECT name FROM system.tables WHERE database = {database:String}`,
    {
      database,
    },
  ).catch((error: unknown) => {
    if (isMissingDatabase(error)) return [];
    throw error;
  });
  const there = new Set(rows.map(({ name }) => name));
  const missing = [...wanted].filter((name) => !there.has(name));
  if (missing.length > 0) throw new NoTablesError(database, missing);
}

const isMissingDatabase = (error: unknown): boolean =>
  error instanceof Error && 'type' in error && error.type === 'UNKNOWN_DATABASE';

async function findTopics({ admin, topics }: Target) {
  const found: string[] = [];
  const empty = new Set<string>();
  for (const { key } of BACKED_UP_TOPICS) {
    const topic = topics[key];
    const state = await readTopicState(admin, topic);
    if (!state) continue;
    if (state.endOffset === 0 && state.partitions === 1) {
      empty.add(topic);
      continue;
    }
    const { 'message.timestamp.type': time } = await readTopicConfig(admin, topic);
    const origin = time === 'CreateTime' ? ', of a restore that did not end: delete it' : '';
    found.push(
      `topic ${topic}: ${state.partitions} partition(s), end offset ${count(state.endOffset)}${origin}`,
    );
  }
  return { found, empty };
}

const Reached = Type.Object({ reached: Type.Integer() });

/** What landed from a log that went on after the backup: other records would get the same offsets. */
async function findRows({ client }: Target, { endOffsets, releases }: TargetNeeds): Promise<string[]> {
  const found: string[] = [];
  for (const { key } of BACKED_UP_TOPICS) {
    const table = LANDED_IN[key];
    const end = endOffsets.get(key);
    if (table === undefined || end === undefined) continue;
    const query = `SELECT toInt64(max(kafka_offset)) AS reached FROM ${table} WHERE kafka_offset >= {end:UInt64} HAVING count() > 0`;
    for (const { reached } of await select(client, Reached, query, { end })) {
      found.push(
        `table ${table}: a row of offset ${count(reached)}, and the backup ends before ${count(end)}; ` +
          'ClickHouse must not be newer than the backup',
      );
    }
  }
  for await (const line of tableLines(client, 'zone_releases')) {
    if (!releases.has(line)) found.push('table zone_releases: a release that is not in the backup');
  }
  return found;
}
