const DAY_MS = 86_400_000;
const NOW = Date.now();
const RANGE = `from=${new Date(NOW - DAY_MS).toISOString()}&to=${new Date(NOW).toISOString()}`;

/** As in access.int.test.ts: of files, previews and lists, each as the answer that it belongs to. */
export const FILE_AND_PREVIEW_ACCESS = {
  'GET /v1/orgs/:org/credits/users.csv': {
    own: [200, 200, 200, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/usage.csv': {
    query: RANGE,
    own: [200, 200, 200, 200, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/usage/breakdowns': {
    query: `${RANGE}&by=app`,
    own: [200, 200, 200, 200, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  // Not for a user, who may not read everyone's calls.
  'GET /v1/orgs/:org/usage/source-addresses': {
    query: RANGE,
    own: [200, 200, 403, 200, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/usage/source-addresses.csv': {
    query: RANGE,
    own: [200, 200, 403, 200, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/calls.csv': {
    query: RANGE,
    own: [200, 200, 200, 200, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/billing/statements': {
    own: [200, 200, 403, 403, 200, 403, 403],
    foreign: [404, 404, 404, 404, 200, 403, 403],
  },
  'GET /v1/orgs/:org/settings/preview': {
    query: 'billing_day=3',
    own: [200, 200, 403, 403, 403, 200, 403],
    foreign: [404, 404, 404, 404, 403, 200, 403],
  },
  'GET /v1/orgs/:org/subscriptions/:product/preview': {
    params: { product: 'crm' },
    query: 'edition=free&users=2',
    own: [200, 200, 403, 403, 403, 200, 403],
    foreign: [404, 404, 404, 404, 403, 200, 403],
  },
} as const;
