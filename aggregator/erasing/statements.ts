import { setTimeout as delay } from 'node:timers/promises';
import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';

const POLL_MS = 200;

/** Says how far a step is; called often. */
export type Progress = (what: string) => void;

const QueryRow = Type.Object({ query_id: Type.String() });

/** Resolves when every insert has ended that runs now, on any server. What begins later reads the tables as they are now. */
export async function runningInsertsEnded(
  nodes: readonly ClickHouseClient[],
  progress: Progress,
): Promise<void> {
  const running = new Set(await insertsOf(nodes));
  while (running.size > 0) {
    progress(`waiting for ${running.size} insert(s) that began before`);
    await delay(POLL_MS);
    const now = new Set(await insertsOf(nodes));
    for (const id of running) if (!now.has(id)) running.delete(id);
  }
}

async function insertsOf(nodes: readonly ClickHouseClient[]): Promise<string[]> {
  const rows = await Promise.all(
    nodes.map((node) =>
      select(node, QueryRow, `SELECT query_id FROM system.processes WHERE query_kind = 'Insert'`),
    ),
  );
  return rows.flat().map(({ query_id }) => query_id);
}

/** ClickHouse cannot rewrite a part. */
export class MutationError extends Error {
  readonly code = 'MUTATION_FAILED';
  constructor(table: string, reason: string) {
    super(`ClickHouse cannot rewrite ${table}: ${reason}. Remove the cause and run the command again.`);
    this.name = 'MutationError';
  }
}

const MutationRow = Type.Object({ parts: Type.Integer(), reason: Type.String() });

/**
 * Runs a mutation on the table of each server and waits until it has rewritten all parts.
 * @throws MutationError
 */
export async function mutate(
  nodes: readonly ClickHouseClient[],
  { table, query, params }: { readonly table: string; readonly query: string; readonly params: object },
  progress: Progress,
): Promise<void> {
  for (const node of nodes) {
    await node.command({
      query: `ALTER TABLE ${table} ${query}`,
      query_params: { ...params },
      // The subqueries read tables of the same server, which every replica has alike.
      clickhouse_settings: { mutations_sync: '0', allow_nondeterministic_mutations: 1 },
    });
  }
  for (const node of nodes) {
    for (;;) {
      const [left] = await select(
        node,
        MutationRow,
        `SELECT toInt64(sum(greatest(parts_to_do, 1))) AS parts, any(latest_fail_reason) AS reason FROM system.mutations
         WHERE database = currentDatabase() AND table = {table:String} AND NOT is_done`,
        { table },
      );
      if (!left || left.parts === 0) break;
      if (left.reason !== '') throw new MutationError(table, left.reason);
      progress(`rewriting ${table}: ${left.parts} part(s) left`);
      await delay(POLL_MS);
    }
  }
}
