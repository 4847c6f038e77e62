import { Type } from 'typebox';
import type { GroupBy } from '../../store/usage/dimensions.ts';
import { readUsageChunks } from '../../store/usage/read-chunks.ts';
import { onlyUser } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { csvFileAnswer, FILE_TIMEOUT_MS, sendCsvFile, type CsvRecord } from '../http/csv-file.ts';
import { OrgParams } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { answerRow, datesOf } from './read.ts';
import { requestedRange, requestedUsage, usageProperties } from './requested.ts';
import { formatInstant } from '../../domain/instants.ts';

const UsageCsvQuery = Type.Object(usageProperties, { additionalProperties: false });

/** All rows of /usage as a file: the figures first, then what they are of. */
export function usageCsvRoute(app: ApiServer, sources: ApiDependencies): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/usage.csv',
    handlerTimeout: FILE_TIMEOUT_MS,
    config: { access: 'read-usage' },
    schema: {
      summary: 'Calls, credits and rejections of a range as CSV',
      description:
        'All rows of `/usage`, up to 1,000,000, counted at one moment: they add up to its `total`. Without `group_by` one line has the total.',
      params: OrgParams,
      querystring: UsageCsvQuery,
      response: csvFileAnswer('A line for each combination of the groups.'),
    },
    handler: async (request, reply) => {
      const { params, query } = request;
      const { groupBy, ...range } = requestedRange(query);
      const now = sources.now();
      const requested = { range, now, only: onlyUser(request) };
      const { org, days, lagSeconds, ...usage } = await requestedUsage(sources, params.org, query, requested);
      const facts = {
        org_id: org.orgId,
        from_utc: formatInstant(range.from),
        to_utc: formatInstant(range.to),
        time_zone: days.timeZone,
        as_of_utc: formatInstant(now),
        lag_seconds: lagSeconds,
      };
      const dates = datesOf(days.days);
      const read = { ...usage, orgId: org.orgId, ...range, groupBy, dayStarts: [...dates.keys()] };
      async function* chunks(): AsyncGenerator<readonly CsvRecord[]> {
        for await (const rows of readUsageChunks(sources.clickhouseForDownloads, read)) {
          yield rows.map((row) => {
            const { rejected, hour, '15m': quarter, ...figures } = answerRow(row, dates);
            const renamed = { hour_utc: hour ?? null, '15m_utc': quarter ?? null, rejected_calls: rejected };
            return Object.assign(figures, renamed, facts);
          });
        }
      }
      const columns = [...groupBy.map(columnNameOf), 'calls', 'credits', 'rejected_calls'];
      const name = ['usage', org.orgId, ...groupBy, facts.from_utc.slice(0, 10), facts.to_utc.slice(0, 10)];
      return sendCsvFile(reply, { name, columns: [...columns, ...Object.keys(facts)], chunks: chunks() });
    },
  });
}

/** Instants say that they are in UTC; days are in the time zone of the column `time_zone`. */
const columnNameOf = (group: GroupBy): string =>
  group === 'hour' || group === '15m' ? `${group}_utc` : group;
