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
import {
  parseRevision,
  readDayCharges,
  type DayPage,
  type RevisionText,
} from '../../store/charges/read-revisions.ts';

/** Rows of one query; while they are written, the next ones are read. */
const ROWS_AT_ONCE = 5_000;
/** Rows that become one text: a longer one would be copied, and kept, as a whole. */
const ROWS_PER_TEXT = 500;
/** The longest time for a slow reader. Each query has the connection's own limits. */
const STREAM_TIMEOUT_MS = 600_000;

const { billed_in: _, ...PLAIN } = ChargeAnswer.properties;
const CSV_COLUMNS = [...Object.keys(PLAIN), 'billed_in_from', 'billed_in_to'];

/** The formats of the answer: both hold the records of the feed. */
const FORMATS = {
  ndjson: {
    mediaType: 'application/x-ndjson',
    write: (rows: readonly RevisionText[]) => rows.map(({ json }) => `${json}\n`).join(''),
  },
  csv: {
    mediaType: CSV_MEDIA_TYPE,
    write: (rows: readonly RevisionText[], isFirst: boolean) =>
      csvOf(
        rows
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
      const first = (await pages.next()).value ?? [];
      async function* texts(): AsyncGenerator<string> {
        yield write(first.slice(0, ROWS_PER_TEXT), true);
        yield* continued(first.slice(ROWS_PER_TEXT));
        for await (const page of pages) yield* continued(page);
      }
      function* continued(rows: readonly RevisionText[]): Generator<string> {
        for (let start = 0; start < rows.length; start += ROWS_PER_TEXT)
          yield write(rows.slice(start, start + ROWS_PER_TEXT), false);
      }
      return reply.type(mediaType).send(Readable.from(texts()));
    },
  });
}

/** All pages show the same state of the log. */
async function* pagesOf(
  { clickhouse, topics }: Sources,
  day: LocalDate,
): AsyncGenerator<RevisionText[], undefined> {
  const to = await readLandedEnd(clickhouse, topics.dailyCharges);
  const pageAfter = inRunningRequest((after: DayPage['after']) =>
    readDayCharges(clickhouse, { day, to, after, limit: ROWS_AT_ONCE }),
  );
  let reading: Promise<RevisionText[]> | undefined = pageAfter({ org_id: '', product: '' });
  while (reading !== undefined) {
    const page: RevisionText[] = await reading;
    const last = page.length < ROWS_AT_ONCE ? undefined : page.at(-1);
    reading = last && pageAfter(parseRevision(last));
    // Where the client leaves meanwhile, no one waits for it.
    reading?.catch(() => undefined);
    yield page;
  }
}
