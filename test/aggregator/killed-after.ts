import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';

export type Wrap = (client: ClickHouseClient) => ClickHouseClient;

/** Clients that together run so many statements and fail all others: the process was killed. */
export function killedAfter(statements: number): Wrap {
  let left = statements;
  const counted = new Set(['command', 'insert', 'query']);
  return (each) =>
    new Proxy(each, {
      get(target, name, receiver) {
        const value: unknown = Reflect.get(target, name, receiver);
        if (typeof value !== 'function') return value;
        if (counted.has(String(name)) && (left -= 1) < 0) throw new Error('killed');
        return value.bind(target);
      },
    });
}

/** The outcome of work that may have been killed; undefined where it was. */
export async function unlessKilled<Outcome>(work: Promise<Outcome>): Promise<Outcome | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!String(error).includes('killed')) throw error;
    return undefined;
  }
}
