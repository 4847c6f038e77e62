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
 * gets its own status; a later one breaks the transfer off, without the last chunk of HTTP/1.1. To a client of HTTP/1.0,
 * as nginx is by default, the end of the connection is the end of the file: so the connection is reset.
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
  const breakOff = (): void => {
    if (reply.raw.headersSent) reply.raw.socket?.resetAndDestroy();
  };
  // Of a reader who takes nothing any more; without a listener the connection would be closed as at the end of a file.
  reply.raw.once('timeout', breakOff);
  return (
    Readable.from(texts())
      .once('error', breakOff)
      // A generator that has not begun is not ended by its stream.
      .once('close', () => void chunks.return(undefined))
  );
}
