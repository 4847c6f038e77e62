import { readUserChunks } from '../../store/usage/read-chunks.ts';
import { onlyUser } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { csvFileAnswer, FILE_TIMEOUT_MS, sendCsvFile, type CsvRecord } from '../http/csv-file.ts';
import { OrgParams } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { requestedUsers } from './requested-users.ts';
import { AtQuery, windowAt } from './window.ts';
import { formatInstant } from '../../domain/instants.ts';

/** All users of /credits/users as a file. */
export function creditUsersCsvRoute(app: ApiServer, sources: ApiDependencies): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/credits/users.csv',
    handlerTimeout: FILE_TIMEOUT_MS,
    config: { access: 'read-credit-users' },
    schema: {
      summary: 'Credits of the rolling 24 hours by user as CSV',
      description: 'All users of `/credits/users`, counted at one moment: they add up to `used`.',
      params: OrgParams,
      querystring: AtQuery,
      response: csvFileAnswer('A line for each user, by credits, highest first.'),
    },
    handler: async (request, reply) => {
      const { params, query } = request;
      const window = windowAt(query.at, sources.now());
      const by = { org: params.org, product: query.product, only: onlyUser(request) };
      const { orgId, product, lagSeconds, users } = await requestedUsers(sources, by, window);
      const facts = {
        org_id: orgId,
        product,
        from_utc: formatInstant(window.from),
        to_utc: formatInstant(window.to),
        lag_seconds: lagSeconds,
      };
      async function* chunks(): AsyncGenerator<readonly CsvRecord[]> {
        for await (const rows of readUserChunks(sources.clickhouseForDownloads, users)) {
          yield rows.map(({ user: user_id, calls, credits }) =>
            Object.assign({ user_id, calls, credits }, facts),
          );
        }
      }
      return sendCsvFile(reply, {
        name: ['credits-by-user', orgId, product, facts.to_utc],
        columns: ['user_id', 'calls', 'credits', ...Object.keys(facts)],
        chunks: chunks(),
      });
    },
  });
}
