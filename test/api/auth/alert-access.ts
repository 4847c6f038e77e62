/** What a route answers to each role. */
export interface Expected {
  /** The path parameters other than the organisation. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  /** The body of a write: valid, so that only the role decides. */
  readonly body?: unknown;
  /** Statuses by role, in the order of ROLES: for the own organisation, or for a path without one. */
  readonly own: readonly number[];
  readonly foreign?: readonly number[];
}

/** The routes about alerts. */
export const ALERT_ACCESS: Readonly<Record<string, Expected>> = {
  'GET /v1/orgs/:org/alerts': {
    own: [200, 200, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'PUT /v1/orgs/:org/alerts/read': {
    body: { position: '0' },
    own: [200, 200, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/alert-rules': {
    query: 'product=crm',
    own: [200, 200, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'PUT /v1/orgs/:org/alert-rules': {
    query: 'product=crm',
    body: { rules: null },
    own: [200, 200, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/alert-destinations': {
    own: [200, 200, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'PUT /v1/orgs/:org/alert-destinations/:destination': {
    params: { destination: 'ops' },
    body: { type: 'email', to: ['ops@example.org'], events: ['alert.raised'] },
    own: [200, 200, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'DELETE /v1/orgs/:org/alert-destinations/:destination': {
    params: { destination: 'none' },
    own: [404, 404, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/alert-destinations/:destination/secret': {
    params: { destination: 'none' },
    own: [404, 404, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'POST /v1/orgs/:org/alert-destinations/:destination/secret': {
    params: { destination: 'none' },
    own: [404, 404, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'POST /v1/orgs/:org/alert-destinations/:destination/test': {
    params: { destination: 'none' },
    own: [404, 404, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/orgs/:org/alert-deliveries': {
    own: [200, 200, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'POST /v1/orgs/:org/alert-deliveries/:delivery/replay': {
    params: { delivery: `msg_${'0'.repeat(32)}` },
    own: [404, 404, 403, 403, 403, 403, 403],
    foreign: [404, 404, 404, 404, 403, 403, 403],
  },
  'GET /v1/platform/alerts': {
    own: [403, 403, 403, 403, 403, 200, 403],
  },
  'PUT /v1/platform/alerts/read': {
    body: { position: '0' },
    own: [403, 403, 403, 403, 403, 200, 403],
  },
  'GET /v1/platform/alert-destinations': {
    own: [403, 403, 403, 403, 403, 200, 403],
  },
  'PUT /v1/platform/alert-destinations/:destination': {
    params: { destination: 'ops' },
    body: { type: 'email', to: ['ops@example.org'], events: ['alert.raised'] },
    own: [403, 403, 403, 403, 403, 200, 403],
  },
  'DELETE /v1/platform/alert-destinations/:destination': {
    params: { destination: 'none' },
    own: [403, 403, 403, 403, 403, 404, 403],
  },
  'GET /v1/platform/alert-destinations/:destination/secret': {
    params: { destination: 'none' },
    own: [403, 403, 403, 403, 403, 404, 403],
  },
  'POST /v1/platform/alert-destinations/:destination/secret': {
    params: { destination: 'none' },
    own: [403, 403, 403, 403, 403, 404, 403],
  },
  'POST /v1/platform/alert-destinations/:destination/test': {
    params: { destination: 'none' },
    own: [403, 403, 403, 403, 403, 404, 403],
  },
  'GET /v1/platform/alert-deliveries': {
    own: [403, 403, 403, 403, 403, 200, 403],
  },
  'POST /v1/platform/alert-deliveries/:delivery/replay': {
    params: { delivery: `msg_${'0'.repeat(32)}` },
    own: [403, 403, 403, 403, 403, 404, 403],
  },
  'GET /v1/alert-defaults': { own: [403, 403, 403, 403, 403, 200, 403] },
  'PUT /v1/alert-defaults': {
    body: { rules: [], platform_rules: [] },
    own: [403, 403, 403, 403, 403, 200, 403],
  },
};
