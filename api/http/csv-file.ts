import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import { attachment } from './attachment.ts';
import { CSV_MEDIA_TYPE, csvOf, type Cell } from './csv.ts';

export type CsvRecord = Readonly<Record<string, Cell>>;

/** The longest time for a slow reader. Each query has the connection's own limits. */
export const FILE_TIMEOUT_MS = 600_000;

/** The answer of a route that streams a CSV file. */
export const csvFileAnswer = (description: string) => ({
  200: {
    description: `${description} RFC 4180; streamed: a file whose transfer breaks off is not complete.`,
    content: { 'text/csv': { schema: Type.Unsafe<Readable>({ type: 'string' }) } },
  },
});

export interface CsvFile {
  /** The words of its name. */
  readonly name: readonly string[];
  readonly columns: readonly string[];
  /** Closed at the end, and where the client leaves before. */
  readonly chunks: AsyncGenerator<readonly CsvRecord[]>;
}

/**
 * Sends records as a file, a chunk at a time. The first chunk is read before the answer begins, so that a failure still
 * gets its own status; a later one breaks the transfer off.
 */
export async function sendCsvFile(
  reply: FastifyReply,
  { name, columns, chunks }: CsvFile,
): Promise<Readable> {
  const first = await chunks.next();
  async function* texts(): AsyncGenerator<string> {
    yield csvOf(first.done === true ? [] : first.value, columns);
    for await (const records of chunks) yield csvOf(records, columns, false);
  }
  void reply.header('content-disposition', attachment(name, 'csv')).type(CSV_MEDIA_TYPE);
  // A generator that has not begun is not ended by its stream.
  return Readable.from(texts()).once('close', () => void chunks.return(undefined));
}
