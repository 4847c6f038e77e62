import { Type } from 'typebox';
import { formatInstant } from '../../domain/instants.ts';
import { readAddressChunks } from '../../store/usage/read-addresses.ts';
import type { UsageTotal } from '../../store/usage/read.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { csvFileAnswer, FILE_TIMEOUT_MS, sendCsvFile, type CsvRecord } from '../http/csv-file.ts';
import { OrgParams } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { addressesProperties, requestedAddresses } from './requested-addresses.ts';

const AddressesCsvQuery = Type.Object(addressesProperties, { additionalProperties: false });

/** All addresses of /usage/source-addresses as a file, and what has no address: together the total of /usage. */
export function addressesCsvRoute(app: ApiServer, sources: ApiDependencies): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/usage/source-addresses.csv',
    handlerTimeout: FILE_TIMEOUT_MS,
    config: { access: 'read-source-addresses' },
    schema: {
      summary: 'Calls, credits and rejections of a range by source address as CSV',
      description:
        'All addresses of `/usage/source-addresses`, up to 1,000,000. `line` says what a line is of: `address`, `without_address` or `no_longer_kept`; together they add up to `total`.',
      params: OrgParams,
      querystring: AddressesCsvQuery,
      response: csvFileAnswer('A line for each address, the most credits first.'),
    },
    handler: async ({ params, query }, reply) => {
      const { kept, readBefore, ...requested } = await requestedAddresses(sources, params.org, query);
      const before = await readBefore();
      const facts = {
        org_id: requested.orgId,
        from_utc: formatInstant(requested.from),
        to_utc: formatInstant(requested.to),
        as_of_utc: formatInstant(requested.now),
        lag_seconds: requested.lagSeconds,
        kept_since_utc: formatInstant(requested.keptSince),
      };
      const recordOf = (
        line: string,
        source_address: string,
        { calls, credits, rejected }: UsageTotal,
      ): CsvRecord =>
        Object.assign({ line, source_address, calls, credits, rejected_calls: rejected }, facts);
      async function* chunks(): AsyncGenerator<readonly CsvRecord[]> {
        for await (const rows of kept ? readAddressChunks(sources.clickhouseForDownloads, kept) : []) {
          yield rows.map(({ source_address: address, ...figures }) =>
            recordOf(address === '' ? 'without_address' : 'address', address, figures),
          );
        }
        if (before.calls > 0) yield [recordOf('no_longer_kept', '', before)];
      }
      const dates = [facts.from_utc, facts.to_utc].map((text) => text.slice(0, 10));
      return sendCsvFile(reply, {
        name: ['usage-by-source-address', requested.orgId, ...dates],
        columns: ['line', 'source_address', 'calls', 'credits', 'rejected_calls', ...Object.keys(facts)],
        chunks: chunks(),
      });
    },
  });
}
