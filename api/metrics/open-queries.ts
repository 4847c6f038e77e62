import { Gauge, type Registry } from 'prom-client';

/** Counts the queries that run or wait for a connection: the onOpen of connectForReading. */
export function countOpenQueries(registry: Registry): (change: 1 | -1) => void {
  const open = new Gauge({
    name: 'api_credits_open_queries',
    help: 'Queries to ClickHouse that run or wait for a connection.',
    registers: [registry],
  });
  return (change) => open.inc(change);
}
