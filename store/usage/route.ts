import { MAX_ENDPOINT_BYTES } from '../../schemas/event-rules.ts';

/**
 * The route of a call, as SQL over its endpoint: the path with `{id}` in place of every segment that names a record. D:
 * those are the segments that are a number, or have at least four digits, as UUIDs, dates and order numbers do. So
 * `/crm/v6/Leads/5542/Notes` and `/crm/v6/Leads/7100/Notes` have the route `/crm/v6/Leads/{id}/Notes`. A path without
 * such segments is its own route; so is a template that the middleware publishes.
 *
 * Where paths contain ids, endpoints are nearly as many as calls, and routes a few. Computing it takes 0.4 CPU-s for a
 * million calls; one regular expression over the whole path cannot distinguish the segment `/12` from the beginning of
 * `/12-months` without matching the slash that the next segment needs.
 *
 * Sealed rows keep the route that they were sealed with (schemas/clickhouse/0030), so another rule needs another table.
 */
export const ROUTE_OF_ENDPOINT = `arrayStringConcat(arrayMap(
  segment -> if(match(segment, '^[0-9]+$|[0-9][^0-9]*[0-9][^0-9]*[0-9][^0-9]*[0-9]'), '{id}', segment),
  splitByChar('/', endpoint)), '/')`;

/** Of the longest endpoint whose every segment is one digit: `/1` becomes `/{id}`. */
export const MAX_ROUTE_BYTES = (MAX_ENDPOINT_BYTES / '/1'.length) * '/{id}'.length;
