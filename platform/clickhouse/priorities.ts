/**
 * What ClickHouse does first where it is busy: while a query of a lower number runs, those of a higher number rest
 * before they read on. Queries without a number take no part.
 *
 * Current usage is a small query that people and programs wait for, a report takes ten times as much, and what the
 * aggregator does is waited for by no one.
 */
const PRIORITIES = { 'current usage': 1, reports: 2, background: 3 } as const;
/** D: the longest rest, so that they go on where current usage is read all the time. */
const REST_MS = 50;

/** The settings of the queries of some work. */
export const prioritySettings = (work: keyof typeof PRIORITIES) => ({
  priority: PRIORITIES[work],
  low_priority_query_wait_time_ms: REST_MS,
});
