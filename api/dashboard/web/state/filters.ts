import { printableLine } from '../../../../platform/printable-text.ts';
import { param, address, setParams } from './address.ts';

/** The dimensions to filter and group by, named as in the API and in the address. */
export const DIMENSIONS = [
  'user',
  'app',
  'route',
  'endpoint',
  'method',
  'status',
  'module',
  'rule',
  'rejection_cause',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export const TITLES: Readonly<
  Record<Dimension, { readonly one: string; readonly many: string; readonly none: string }>
> = {
  user: { one: 'User', many: 'Users', none: '' },
  app: { one: 'App', many: 'Apps', none: '' },
  route: { one: 'Route', many: 'Routes', none: '(no endpoint)' },
  endpoint: { one: 'Endpoint', many: 'Endpoints', none: '(no endpoint)' },
  method: { one: 'Method', many: 'Methods', none: '(no method)' },
  status: { one: 'Status', many: 'Statuses', none: '' },
  module: { one: 'Module', many: 'Modules', none: '(no module)' },
  rule: { one: 'Cost rule', many: 'Cost rules', none: '(no rule)' },
  rejection_cause: { one: 'Rejection cause', many: 'Rejection causes', none: '(not rejected)' },
};

/** The label of a value, without control characters; an empty one, such as a call without a module, has a label too. */
export const labelOf = (dimension: Dimension, value: string): string =>
  value === '' ? TITLES[dimension].none : printableLine(value);

export const filterOf = (dimension: Dimension): readonly string[] => address.value.params.getAll(dimension);

/** Whether values of this dimension are paths. */
export const isPath = (dimension: Dimension): boolean => dimension === 'route' || dimension === 'endpoint';

export const hasFilters = (): boolean => DIMENSIONS.some((dimension) => filterOf(dimension).length > 0);

/** The filters as query parameters, except those of one dimension: its own panel keeps listing all values. */
export function filterParams(without?: Dimension): [string, string][] {
  return DIMENSIONS.filter((dimension) => dimension !== without).flatMap((dimension) =>
    filterOf(dimension).map((value): [string, string] => [dimension, value]),
  );
}

export function toggleFilter(dimension: Dimension, value: string): void {
  const values = filterOf(dimension);
  const rest = values.filter((each) => each !== value);
  setParams({ [dimension]: rest.length === values.length ? [...values, value] : rest, cursor: null });
}

export function clearFilters(): void {
  setParams({ ...Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, null])), cursor: null });
}

export const product = (): string => param('product');
