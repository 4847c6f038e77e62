/** The columns that `callsSql` selects, in its order. */
export const CALL_COLUMNS = `event_id, occurred_at, org_id, product, user_id, app_id, method, endpoint, module, status,
  credits, rule, units, rejection_cause, source_address, duration_ms, kafka_partition, kafka_offset, appended_at`;

const SEED = 17;

/** Which of the calls a statement inserts: all of them once, those in time, or the late ones and copies of some. */
export type Pass = 'all' | 'in time' | 'late and repeated';
const CONDITIONS: Readonly<Record<Pass, string>> = {
  all: 'true',
  'in time': 'NOT is_late',
  'late and repeated': 'is_late OR is_repeated',
};

/** One of so many values, by the bits of a call's hash from `shift` on. */
const pick = (shift: number, values: number): string => `bitShiftRight(h2, ${shift}) % ${values}`;
/** In [0, 1), in the same way. */
const unit = (hash: string, shift: number, bits: number): string =>
  `(bitShiftRight(${hash}, ${shift}) % ${2 ** bits} / ${2 ** bits})`;

/**
 * A SELECT of the calls with the numbers [first, first + calls). Each is a function of its number and the seed. The query
 * parameters are those of insertCalls (history.ts).
 *
 * Organisations: a quarter of the calls belongs to org-0. Of the others, the share of org-n falls with n^(2/3), much as
 * Zipf's law has it. Users: 1,000 of the giant, 3 to 42 of the others, skewed too. Endpoints: two thirds of the calls
 * have a record's id in the path, of 200,000 records of the giant and 2,000 of the others; the rest repeat 11 paths. 2 %
 * are 429s.
 */
export function callsSql(pass: Pass): string {
  const lateness = pass === 'in time' ? '0' : `if(is_late, 3600 + ${pick(20, 36_000)}, 0)`;
  return `WITH ${pick(0, 100)} AS kind, ${pick(12, 100)} AS outcome,
      bitShiftRight(h1, 40) % 100 < 2 AS is_late, bitShiftRight(h1, 48) % 100 < 1 AS is_repeated,
      ['Leads', 'Contacts', 'Deals', 'Accounts'][1 + ${pick(39, 4)}] AS of_module,
      concat('/crm/v6/', of_module) AS path,
      concat(path, '/55420', toString(1000000000 + toUInt32(if(org = 0, 200000, 2000) * pow(${unit('h2', 24, 16)}, 2)))) AS record_path,
      multiIf(outcome < 2, 429, outcome < 5, 404, 200) AS status_code
    SELECT
      reinterpretAsUUID(sipHash128(${SEED}, n)) AS event_id,
      fromUnixTimestamp64Milli({from:Int64} + toInt64(intDiv((n - {interval_first:UInt64}) * {span:UInt64}, {interval_calls:UInt64})), 'UTC') AS at,
      concat('org-', toString(org)),
      'crm',
      concat('user-', toString(toUInt32(if(org = 0, 1000, 3 + org % 40) * pow(${unit('h2', 8, 16)}, 2)))),
      ['web', 'web', 'mobile', 'sync', 'sync', 'importer', 'reports', '-'][1 + ${pick(36, 8)}],
      multiIf(kind < 22, 'GET', kind < 30, 'POST', kind < 80, 'GET', kind < 97, 'PUT', 'DELETE'),
      multiIf(kind < 14, path, kind < 22, concat(path, '/search'), kind < 26, '/crm/v6/coql',
        kind < 30, '/crm/v6/composite_requests', kind < 33, '/crm/v6/settings/fields', kind < 90, record_path,
        concat(record_path, '/Notes')),
      if(kind >= 22 AND kind < 33, '', of_module),
      status_code,
      multiIf(status_code = 429, 0, kind < 30, 2 + ${pick(48, 4)}, 1),
      multiIf(kind < 22, 'records', kind < 30, 'query', kind < 33, 'settings', 'record'),
      ${pick(41, 200)},
      multiIf(status_code < 429, '', outcome = 0, 'credits', 'concurrency'),
      concat('10.0.', toString(org % 256), '.', toString(${pick(44, 8)})),
      5 + ${pick(50, 300)},
      n % 8,
      {first_offset:UInt64} + n,
      at + toIntervalSecond(${lateness})
    FROM (
      SELECT {first:UInt64} + number AS n, cityHash64(${SEED}, n) AS h1, cityHash64(h1) AS h2,
        if(h1 % 4 = 0, 0, 1 + toUInt32(({orgs:UInt32} - 1) * pow(${unit('h1', 2, 20)}, 3))) AS org
      FROM numbers({calls:UInt64})
    )
    WHERE ${CONDITIONS[pass]}`;
}
