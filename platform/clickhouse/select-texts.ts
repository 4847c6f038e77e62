import { readArray, type ClickHouseClient } from './connect.ts';

/** How ClickHouse writes values as this project's answers have them: instants in RFC 3339, amounts as text. */
const AS_ANSWERED = {
  date_time_output_format: 'iso',
  output_format_json_quote_decimals: 1,
  output_format_json_escape_forward_slashes: 0,
} as const;

/**
 * Runs a SELECT and returns each row as ClickHouse writes it: a JSON object with the columns in their order. For many
 * rows that are answered as they are: to parse, check and write them again takes longer than to read them.
 * @param params values for {name:Type} in the SQL; never concatenate values into the SQL
 */
export async function selectTexts(
  client: ClickHouseClient,
  query: string,
  params: Record<string, unknown>,
): Promise<string[]> {
  const lines = (await readArray(client, query, params, AS_ANSWERED)).split('\n');
  // The brackets of the array have lines of their own. No row contains a line break: JSON escapes it.
  return lines
    .filter((line) => line.startsWith('{'))
    .map((line) => (line.endsWith(',') ? line.slice(0, -1) : line));
}
