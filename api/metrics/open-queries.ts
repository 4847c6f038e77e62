import { Gauge, type Registry } from 'prom-client';

/** Counts queries that were sent, or wait for a connection, and have not been answered: for connectForReading. */
export function countOpenQueries(registry: Registry): (change: 1 | -1) => void {
  const open = new Gauge({
    name: 'api_credits_open_queries',
    help: 'Queries to ClickHouse that run or wait for a connection.',
    registers: [registry],
  });
  return (change) => open.inc(change);
}
