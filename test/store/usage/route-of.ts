const isDigit = (unit: string): boolean => unit >= '0' && unit <= '9';

function namesRecord(segment: string): boolean {
  const digits = segment.split('').filter(isDigit).length;
  return digits > 0 && (digits >= 4 || digits === segment.length);
}

/** The route of an endpoint (store/usage/route.ts), segment by segment, in plain code. */
export const routeOf = (endpoint: string): string =>
  endpoint
    .split('/')
    .map((segment) => (namesRecord(segment) ? '{id}' : segment))
    .join('/');
