import type { Static, TSchema } from 'typebox';
import { rowReader, type ClickHouseClient } from './connect.ts';

/**
 * Runs a SELECT and returns its rows in chunks as they arrive, each row validated against the schema: one chunk is in
 * memory, however many rows there are, and all of them are of one moment. The result is closed at the end, and where
 * the reader stops before.
 * @param params values for {name:Type} in the SQL
 * @throws UnexpectedRowError
 */
export async function* selectChunks<Schema extends TSchema>(
  client: ClickHouseClient,
  schema: Schema,
  query: string,
  params: Record<string, unknown> = {},
): AsyncGenerator<Static<Schema>[]> {
  const result = await client.query({ query, query_params: params, format: 'JSONEachRow' });
  const read = rowReader(schema, query);
  try {
    for await (const rows of result.stream<unknown>()) yield rows.map((row) => read(row.json()));
  } finally {
    result.close();
  }
}
