import { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { LocalDate } from '../../domain/calendar/dates.ts';
import { readLandedEnd } from '../../platform/landed-log.ts';
import type { Sources } from '../dependencies.ts';
import { csvOf, CSV_MEDIA_TYPE } from '../http/csv.ts';
import { inRunningRequest } from '../http/running-request.ts';
import { DateParameter } from '../parameters/date.ts';
import type { ApiServer } from '../server.ts';
import { ChargeAnswer } from './answer.ts';
import { parseRevision, readDayCharges, type DayPage } from '../../store/charges/read-revisions.ts';

/** Rows of one query, some 5 MB; while they are written, the next ones are read. */
const ROWS_AT_ONCE = 10_000;
/** What is written at once: a longer text would be copied, and kept, as a whole. */
const CHARACTERS_AT_ONCE = 250_000;
/** The longest time for a slow reader. Each query has the connection's own limits. */
const STREAM_TIMEOUT_MS = 600_000;

const { billed_in: _, ...PLAIN } = ChargeAnswer.properties;
const CSV_COLUMNS = [...Object.keys(PLAIN), 'billed_in_from', 'billed_in_to'];

/** The formats of the answer: both hold the records of the feed. */
const FORMATS = {
  ndjson: {
    mediaType: 'application/x-ndjson',
    write: (lines: string) => lines,
  },
  csv: {
    mediaType: CSV_MEDIA_TYPE,
    write: (lines: string, isFirst: boolean) =>
      csvOf(
        lines
          .split('\n')
          .slice(0, -1)
          .map(parseRevision)
          .map(({ billed_in: { from, to }, ...charge }) =>
            Object.assign(charge, { billed_in_from: from, billed_in_to: to }),
          ),
        CSV_COLUMNS,
        isFirst,
      ),
  },
} as const;

const text = { schema: Type.Unsafe<Readable>({ type: 'string' }) };

export function dayChargesRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/charges/days/:day',
    handlerTimeout: STREAM_TIMEOUT_MS,
    config: { access: 'read-charges' },
    schema: {
      summary: 'The charges of all organisations on a date, each in its own time zone',
      params: Type.Object({ day: DateParameter('the billing day') }),
      querystring: Type.Object(
        {
          format: Type.Enum(['ndjson', 'csv'], {
            default: 'ndjson',
            description: 'one JSON object per line, as in the feed, or CSV',
          }),
        },
        { additionalProperties: false },
      ),
      response: {
        200: {
          description:
            'The last revision of each subscription that has one, by organisation and product; streamed.',
          content: { 'application/x-ndjson': text, 'text/csv': text },
        },
      },
    },
    handler: async ({ params, query }, reply) => {
      const { mediaType, write } = FORMATS[query.format];
      const pages = pagesOf(sources, params.day);
      // Read before the answer begins, so that a failure still gets its own status.
      const first = (await pages.next()).value ?? '';
      async function* texts(): AsyncGenerator<string> {
        let isFirst = true;
        for (const piece of piecesOf(first)) {
          yield write(piece, isFirst);
          isFirst = false;
        }
        for await (const page of pages) for (const piece of piecesOf(page)) yield write(piece, false);
      }
      return reply.type(mediaType).send(Readable.from(texts()));
    },
  });
}

/** Pages of lines, of which only the last one may be empty. All show the same state of the log. */
async function* pagesOf({ clickhouse, topics }: Sources, day: LocalDate): AsyncGenerator<string, undefined> {
  const to = await readLandedEnd(clickhouse, topics.dailyCharges);
  const pageAfter = inRunningRequest((after: DayPage['after']) =>
    readDayCharges(clickhouse, { day, to, after, limit: ROWS_AT_ONCE }),
  );
  let reading: Promise<string> | undefined = pageAfter({ org_id: '', product: '' });
  while (reading !== undefined) {
    const page: string = await reading;
    reading = linesOf(page) < ROWS_AT_ONCE ? undefined : pageAfter(parseRevision(lastLineOf(page)));
    // Where the client leaves meanwhile, no one waits for it.
    reading?.catch(() => undefined);
    yield page;
  }
}

/** Lines of about CHARACTERS_AT_ONCE at a time; one piece of no lines, which has a header in CSV. */
function* piecesOf(lines: string): Generator<string> {
  let start = 0;
  do {
    const end = lines.indexOf('\n', start + CHARACTERS_AT_ONCE) + 1 || lines.length;
    yield lines.slice(start, end);
    start = end;
  } while (start < lines.length);
}

function linesOf(lines: string): number {
  let count = 0;
  for (let at = lines.indexOf('\n'); at !== -1; at = lines.indexOf('\n', at + 1)) count += 1;
  return count;
}

const lastLineOf = (lines: string): string => lines.slice(lines.lastIndexOf('\n', lines.length - 2) + 1);
