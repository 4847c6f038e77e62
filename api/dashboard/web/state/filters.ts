import { param, place, show } from './place.ts';

/** What everything can be filtered by: the API's own names, which are also those in the address. */
export const DIMENSIONS = [
  'user',
  'app',
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
  endpoint: { one: 'Endpoint', many: 'Endpoints', none: '(no path)' },
  method: { one: 'Method', many: 'Methods', none: '(no method)' },
  status: { one: 'Status', many: 'Statuses', none: '' },
  module: { one: 'Module', many: 'Modules', none: '(no module)' },
  rule: { one: 'Cost rule', many: 'Cost rules', none: '(no rule)' },
  rejection_cause: { one: 'Rejection', many: 'Rejections', none: '(not rejected)' },
};

/** The text of a value; what a call may carry empty has a name of its own. */
export const labelOf = (dimension: Dimension, value: string): string =>
  value === '' ? TITLES[dimension].none : value;

export const filterOf = (dimension: Dimension): readonly string[] => place.value.params.getAll(dimension);

export const hasFilters = (): boolean => DIMENSIONS.some((dimension) => filterOf(dimension).length > 0);

/** Query parameters of all filters, less those of one dimension: its own panel goes on showing the others. */
export function filterParams(without?: Dimension): [string, string][] {
  return DIMENSIONS.filter((dimension) => dimension !== without).flatMap((dimension) =>
    filterOf(dimension).map((value): [string, string] => [dimension, value]),
  );
}

export function toggleFilter(dimension: Dimension, value: string): void {
  const values = filterOf(dimension);
  const rest = values.filter((each) => each !== value);
  show({ [dimension]: rest.length === values.length ? [...values, value] : rest, cursor: null });
}

export function clearFilters(): void {
  show({ ...Object.fromEntries(DIMENSIONS.map((dimension) => [dimension, null])), cursor: null });
}

export const product = (): string => param('product');
