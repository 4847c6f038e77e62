import { Type } from 'typebox';
import { formatInstant } from '../../domain/instants.ts';
import { readAddresses, type AddressRow } from '../../store/usage/read-addresses.ts';
import { totalOf } from '../../store/usage/read.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { OrgParams } from '../parameters/org.ts';
import { Instant } from '../parameters/instant.ts';
import type { ApiServer } from '../server.ts';
import { counted, sums } from './answer.ts';
import { addressesProperties, requestedAddresses } from './requested-addresses.ts';

const strict = { additionalProperties: false };

const AddressesQuery = Type.Object(
  {
    ...addressesProperties,
    top: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 100,
      description: 'only this many addresses: those with the most credits; `other` holds the sum of the rest',
    }),
  },
  strict,
);

const Sums = (description: string) => Type.Object(sums, { ...strict, description });
export const AddressesAnswer = Type.Object(
  {
    org_id: Type.String(),
    from: Instant,
    to: Instant,
    ...counted,
    kept_since: Type.String({
      format: 'date-time',
      description: 'The addresses of earlier calls are not kept (SOURCE_RETENTION_DAYS).',
    }),
    rows: Type.Array(Type.Object({ source_address: Type.String(), ...sums }, strict), {
      description: 'The most credits first. Of an erased person, an address is a pseudonym.',
    }),
    other: Sums('All other addresses.'),
    without_address: Sums('Calls since `kept_since` that were published without an address.'),
    no_longer_kept: Sums('Calls before `kept_since`.'),
    total: Sums('The whole range: the total of /usage. The other figures add up to it.'),
  },
  strict,
);

/** Usage by source address, as long as addresses are kept (docs/privacy.md). */
export function addressesRoute(app: ApiServer, sources: ApiDependencies): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/usage/source-addresses',
    config: { access: 'read-source-addresses' },
    schema: {
      summary: 'Calls, credits and rejections of a range by source address',
      params: OrgParams,
      querystring: AddressesQuery,
      response: { 200: AddressesAnswer },
    },
    handler: async ({ params, query: { top, ...query } }) => {
      const { kept, readBefore, ...requested } = await requestedAddresses(sources, params.org, query);
      const [before, rows] = await Promise.all([
        readBefore(),
        kept === undefined ? [] : readAddresses(sources.clickhouse, { ...kept, top }),
      ]);
      const figuresOf = (kind: AddressRow['kind']) => totalOf(rows.filter((row) => row.kind === kind));
      return {
        org_id: requested.orgId,
        from: formatInstant(requested.from),
        to: formatInstant(requested.to),
        as_of: formatInstant(requested.now),
        lag_seconds: requested.lagSeconds,
        kept_since: formatInstant(requested.keptSince),
        rows: rows.filter(({ kind }) => kind === 'top').map(({ kind: _kind, ...row }) => row),
        other: figuresOf('other'),
        without_address: figuresOf('none'),
        no_longer_kept: before,
        total: totalOf([before, ...rows]),
      };
    },
  });
}
