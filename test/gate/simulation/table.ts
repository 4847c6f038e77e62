import type { Day } from './day.ts';

const COLUMNS = [
  'load',
  'organisations',
  'calls',
  'wanted / limit',
  'admitted / limit',
  'most in 24 h / limit',
  'rejected though there was room',
  'decisions/s',
  'p50',
  'p99',
];

const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;
const lineOf = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The lines of a table in Markdown. */
export const tableOf = (rows: readonly (readonly string[])[]): string[] =>
  [COLUMNS, COLUMNS.map(() => '---'), ...rows].map(lineOf);

/** A day as a row of the table. @throws where more was admitted than a limit */
export function rowOf(name: string, { orgs, timesMs }: Day): string[] {
  for (const { org, limit, most } of orgs) {
    if (most > limit) throw new Error(`${org} admitted ${most} of ${limit} credits in 24 hours`);
  }
  const sum = (field: 'limit' | 'wanted' | 'admitted' | 'ideal'): number =>
    orgs.reduce((total, figures) => total + figures[field], 0);
  const at = (part: number): string =>
    `${(1_000 * (timesMs[Math.floor(part * timesMs.length)] ?? 0)).toFixed(1)} µs`;
  const tookMs = timesMs.reduce((total, time) => total + time, 0);
  return [
    name,
    String(orgs.length),
    timesMs.length.toLocaleString('en'),
    percent(sum('wanted') / sum('limit')),
    percent(sum('admitted') / sum('limit')),
    percent(Math.max(...orgs.map(({ most, limit }) => most / limit))),
    percent(1 - sum('admitted') / sum('ideal')),
    Math.round((1_000 * timesMs.length) / tookMs).toLocaleString('en'),
    at(0.5),
    at(0.99),
  ];
}
