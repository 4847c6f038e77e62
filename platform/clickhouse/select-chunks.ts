import type { Static, TSchema } from 'typebox';
import { AS_ARRAY, rowReader, type ClickHouseClient } from './connect.ts';

/** The answer ended as a complete one does, but the query had not: ClickHouse could not keep or send all of its result. */
export class IncompleteResultError extends Error {
  readonly code = 'INCOMPLETE_RESULT';
  constructor(rows: number, query: string) {
    super(
      `ClickHouse ended its answer after ${rows} rows without the end of the result: look at its disk and its log. ` +
        `The query was: ${query.replaceAll(/\s+/g, ' ').trim()}`,
    );
    this.name = 'IncompleteResultError';
  }
}

const [BEGIN, END, SEPARATOR] = ['[', ']', ','];

/**
 * Runs a SELECT and returns its rows in chunks as they arrive, each row validated against the schema: one chunk is in
 * memory, however many rows there are, and all of them are of one moment. The result is closed at the end, and where
 * the reader stops before. A failure after the first chunk is thrown by the generator, and an answer that only looks
 * complete is one: a reader who gets to the end has all rows.
 * @param params values for {name:Type} in the SQL
 * @throws UnexpectedRowError, IncompleteResultError, ClickHouse's errors
 */
export async function* selectChunks<Schema extends TSchema>(
  client: ClickHouseClient,
  schema: Schema,
  query: string,
  params: Record<string, unknown> = {},
): AsyncGenerator<Static<Schema>[]> {
  const result = await client.query({
    query,
    query_params: params,
    format: 'JSONEachRow',
    clickhouse_settings: AS_ARRAY,
  });
  const read = rowReader(schema, query);
  let count = 0;
  let lastLine = '';
  try {
    for await (const lines of result.stream<unknown>()) {
      const rows: Static<Schema>[] = [];
      for (const { text } of lines) {
        lastLine = text;
        if (text === '' || text === BEGIN || text === END) continue;
        rows.push(read(JSON.parse(text.endsWith(SEPARATOR) ? text.slice(0, -1) : text)));
      }
      count += rows.length;
      yield rows;
    }
  } finally {
    result.close();
  }
  if (lastLine !== END) throw new IncompleteResultError(count, query);
}
