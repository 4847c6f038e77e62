import { Type } from 'typebox';
import type { AddressOptions } from '../variables.ts';
import { addressesProblem } from './addresses.ts';

/** The addresses of ClickHouse. */
export const clickhouseAddresses = (options: AddressOptions) =>
  Type.Refine(
    Type.String({ ...options }),
    (text) => text === options.default || addressesProblem(text) === undefined,
    (text) => addressesProblem(text) ?? '',
  );

/** A name that needs no quotes in SQL. */
export const clickhouseName = (name: string) =>
  Type.String({ default: name, pattern: '^[A-Za-z_][A-Za-z0-9_]*$', examples: [name] });

const clusterName = (description: string) =>
  Type.String({
    default: '',
    pattern: '^$|^[A-Za-z_][A-Za-z0-9_]*$',
    examples: ['api_credits'],
    description,
  });

export const clickhouseVariables = {
  CLICKHOUSE_URL: clickhouseAddresses({
    description: 'HTTP address of ClickHouse; of a cluster, of every server',
  }),
  CLICKHOUSE_DATABASE: clickhouseName('api_credits'),
  CLICKHOUSE_USER: Type.String({ default: 'default', minLength: 1 }),
  CLICKHOUSE_PASSWORD: Type.String({ default: '', secret: true }),
  CLICKHOUSE_CLUSTER: clusterName('the cluster in remote_servers; without it, one server holds everything'),
  CLICKHOUSE_UNSHARDED_CLUSTER: clusterName(
    'the cluster of one shard that holds what is not sharded; default: CLICKHOUSE_CLUSTER with _unsharded behind',
  ),
  CLICKHOUSE_SHARD_BY: Type.Enum(['org', 'org-hour'], {
    default: 'org',
    description:
      'what stays on one shard: an organisation, or an hour of it; fixed when the tables are created',
  }),
  CLICKHOUSE_REPLICAS: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 10,
    description:
      'servers of each shard; with more than one the tables are replicated, and inserts need all of them',
  }),
};
