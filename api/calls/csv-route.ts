import { Type } from 'typebox';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Position } from '../../store/usage/log-order.ts';
import { onlyUser } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { csvFileAnswer, FILE_TIMEOUT_MS, sendCsvFile, type CsvRecord } from '../http/csv-file.ts';
import { inRunningRequest } from '../http/running-request.ts';
import { OrgParams } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { readCalls, type CallsRequest } from './read.ts';
import { callsProperties, requestedCallRange, requestedCalls } from './requested.ts';
import type { CallRow } from './row.ts';
import { formatInstant } from '../../domain/instants.ts';

/** With the longest texts 17 MB: within the connection's limit. */
const PAGE = 5_000;
const COLUMNS = [
  'occurred_at_utc',
  'event_id',
  'user_id',
  'app_id',
  'product',
  'method',
  'endpoint',
  'module',
  'status',
  'credits',
  'rule',
  'units',
  'rejection_cause',
  'source_address',
  'duration_ms',
  'org_id',
] as const;

const CallsCsvQuery = Type.Object(callsProperties, { additionalProperties: false });

/** The calls of /calls as a file, however many there are: read page by page. */
export function callsCsvRoute(app: ApiServer, sources: ApiDependencies): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/calls.csv',
    handlerTimeout: FILE_TIMEOUT_MS,
    config: { access: 'read-calls' },
    schema: {
      summary: 'The call log as CSV, newest first',
      description:
        'All calls of the range, each once. One that arrives while the file is written may be missing.',
      params: OrgParams,
      querystring: CallsCsvQuery,
      response: csvFileAnswer('A line for each call.'),
    },
    handler: async (request, reply) => {
      const { params, query } = request;
      const range = requestedCallRange(query, sources.now());
      const requested = await requestedCalls(sources, params.org, query, onlyUser(request));
      const { orgId } = requested;
      async function* chunks(): AsyncGenerator<readonly CsvRecord[]> {
        for await (const calls of callPages(sources.clickhouse, { ...requested, ...range })) {
          yield calls.map((call) => recordOf(call, orgId));
        }
      }
      const dates = [range.from, range.to].map((instant) => formatInstant(instant).slice(0, 10));
      return sendCsvFile(reply, {
        name: ['calls', orgId, ...dates],
        columns: COLUMNS,
        chunks: chunks(),
      });
    },
  });
}

async function* callPages(
  client: ClickHouseClient,
  request: Omit<CallsRequest, 'before' | 'limit'>,
): AsyncGenerator<readonly CallRow[]> {
  const readPage = inRunningRequest((before: Position | undefined) =>
    readCalls(client, { ...request, before, limit: PAGE }),
  );
  let before: Position | undefined;
  do {
    const calls = await readPage(before);
    yield calls;
    const last = calls.length < PAGE ? undefined : calls.at(-1);
    before = last && { occurredAt: last.occurred_at, eventId: last.event_id };
  } while (before !== undefined);
}

const recordOf = ({ occurred_at, ...call }: CallRow, org_id: string): CsvRecord => ({
  occurred_at_utc: formatInstant(occurred_at),
  ...call,
  org_id,
});
