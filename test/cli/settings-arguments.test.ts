import { userInfo } from 'node:os';
import { readCatalogueArguments } from '../../cli/catalogue-arguments.ts';
import { readOrgArguments } from '../../cli/org-arguments.ts';

const files: Record<string, string> = {
  'now.json': '{"name":"a"}',
  'later.json': '{"effective_at":"2199-01-01T00:00:00Z","name":"a"}',
  'soon.json': '{"effective_at":"soon"}',
  'list.json': '[1]',
  'torn.json': '{',
};
const readFile = (file: string): string => {
  const text = files[file];
  if (text === undefined) throw new Error('no such file');
  return text;
};
const read = (line: string): unknown => {
  const [command, ...args] = line.split(' ').filter((word) => word !== '');
  return command === 'org' ? readOrgArguments(args) : readCatalogueArguments(args, readFile);
};

test('a change has the values of the options, takes effect at once, is by the user of the machine and has a new id', () => {
  const line = 'org subscribe acme crm --edition free --users 0 --additional-limit 5';
  expect(read(line)).toEqual({
    action: 'change',
    change: {
      change_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      kind: 'subscription',
      org_id: 'acme',
      product: 'crm',
      value: '{"edition":"free","users":0,"additional_limit":5}',
      effective_at: 0,
      recorded_by: userInfo().username,
      reason: '',
    },
    asSuperAdmin: false,
  });
  expect(JSON.stringify(read(line))).not.toBe(JSON.stringify(read(line)));
});

test.each([
  [
    'org create acme --time-zone UTC --billing-day 3',
    { kind: 'new-org', value: '{"time_zone":"UTC","billing_day":3}' },
  ],
  [
    'org subscribe acme crm --additional-limit 5 --as-super-admin owen --by ann',
    { kind: 'subscription', value: '{"additional_limit":5}', recorded_by: 'owen via ann' },
  ],
  ['org set acme --billing-day 3 --by ann --reason why', { kind: 'org', recorded_by: 'ann', reason: 'why' }],
  ['org set acme --billing-day 3 --effective-at 2199-01-01T00:00:00Z', { effective_at: Date.UTC(2199, 0) }],
  ['catalogue add prices now.json', { kind: 'prices', org_id: '', effective_at: 0, value: '{"name":"a"}' }],
  ['catalogue add costs later.json', { kind: 'costs', effective_at: Date.UTC(2199, 0) }],
])('%s', (line, change) => {
  expect(read(line)).toMatchObject({ change });
});

test.each([
  ['org', 'Specify an action: create, set, subscribe or show.'],
  ['org drop acme', 'Unknown action drop'],
  ['org constructor acme', 'Unknown action constructor'],
  ['org create', 'ORG is missing.'],
  ['org create x --time-zone UTC', '--billing-day is missing.'],
  ['org create x --time-zone UTC --billing-day five', '--billing-day must be a whole number, not "five".'],
  ['org create x --users 5', '--users does not apply to this action.'],
  [
    'org create x --time-zone UTC --billing-day 1 --effective-at 2199-01-01T00:00:00Z',
    '--effective-at does not apply',
  ],
  ['org set x', 'Specify at least one of --time-zone, --billing-day.'],
  ['org set x --billing-day 1 --effective-at soon', '--effective-at must be an instant like'],
  ['org set x --zone UTC', "Unknown option '--zone'"],
  ['org subscribe x --users 1', 'PRODUCT is missing.'],
  ['org subscribe x crm more --users 1', 'Unexpected argument: more.'],
  ['org subscribe x crm --users 1 --as-super-admin owen', '--as-super-admin needs --additional-limit.'],
  ['org set x --billing-day 1 --as-super-admin owen', '--as-super-admin does not apply to this action.'],
  ['org show x y', 'Unexpected argument: y.'],
  ['org show x --users 1', '--users does not apply to this action.'],
  ['org show x --by ann', '--by does not apply to this action.'],
  ['catalogue', 'Specify an action: show or add.'],
  ['catalogue show discounts', 'Specify a catalogue: editions, prices, costs.'],
  ['catalogue show prices now.json', 'Unexpected argument: now.json.'],
  ['catalogue add prices', 'FILE.json is missing.'],
  ['catalogue add prices none.json', 'Cannot read none.json as JSON: no such file.'],
  ['catalogue add prices torn.json', 'Cannot read torn.json as JSON'],
  ['catalogue add prices list.json', 'list.json must contain one version'],
  ['catalogue add prices soon.json', 'effective_at in soon.json must be an instant'],
])('%s: %s', (line, problem) => {
  expect(() => read(line)).toThrow(
    expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(problem) }),
  );
  expect(() => read(line)).toThrow('npm run');
});
