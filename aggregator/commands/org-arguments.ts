import { parseArgs } from 'node:util';
import type { SettingsChange } from '../../schemas/settings-change.ts';
import { ACCOUNTABLE_USAGE, accountableOptions, effectiveAtOf, newChange } from './accountable.ts';
import { UsageError } from './command.ts';

export const ORG_USAGE = `npm run org -- create ORG --time-zone ZONE --billing-day N
npm run org -- set ORG [--time-zone ZONE] [--billing-day N] [--effective-at INSTANT]
npm run org -- subscribe ORG PRODUCT [--edition NAME] [--users N] [--additional-limit N] [--effective-at INSTANT]
npm run org -- show ORG

Organisations and what they subscribe to. Every change is recorded with who, when and why, and takes effect at once
or later, never in the past. A new subscription needs an edition and users; a known one keeps what is not named.

  --time-zone ZONE         an IANA name, like Europe/Rome; changes at the end of the local day
  --billing-day N          1 to 31; changes when the current billing period ends
  --edition NAME           see: npm run catalogue -- show editions
  --users N                licensed users
  --additional-limit N     credits beyond the included ones that 24 hours may use (0)
  --effective-at INSTANT   for example 2026-12-01T00:00:00Z (at once)
${ACCOUNTABLE_USAGE}`;

const options = {
  'time-zone': { type: 'string' },
  'billing-day': { type: 'string' },
  edition: { type: 'string' },
  users: { type: 'string' },
  'additional-limit': { type: 'string' },
  'effective-at': { type: 'string' },
  ...accountableOptions,
  help: { type: 'boolean', default: false },
} as const;
type Values = ReturnType<typeof parse>['values'];
type Option = keyof Values;

interface Act {
  /** What stands after the act's name. */
  readonly operands: readonly string[];
  /** The setting that each of the act's options is. */
  readonly settings: Partial<Record<Option, 'text' | 'integer'>>;
  readonly required: readonly Option[];
  readonly kind: string;
  readonly mayWait: boolean;
}

const ACTS: Readonly<Record<string, Act>> = {
  create: {
    operands: ['ORG'],
    settings: { 'time-zone': 'text', 'billing-day': 'integer' },
    required: ['time-zone', 'billing-day'],
    kind: 'new-org',
    mayWait: false,
  },
  set: {
    operands: ['ORG'],
    settings: { 'time-zone': 'text', 'billing-day': 'integer' },
    required: [],
    kind: 'org',
    mayWait: true,
  },
  subscribe: {
    operands: ['ORG', 'PRODUCT'],
    settings: { edition: 'text', users: 'integer', 'additional-limit': 'integer' },
    required: [],
    kind: 'subscription',
    mayWait: true,
  },
};

export type OrgWish =
  | { readonly act: 'help' }
  | { readonly act: 'show'; readonly orgId: string }
  | { readonly act: 'change'; readonly change: SettingsChange };

/** @throws UsageError, naming the option */
export function readOrgArguments(args: readonly string[]): OrgWish {
  const { values, positionals } = parse(args);
  if (values.help) return { act: 'help' };
  const [name = '', ...operands] = positionals;
  if (name === 'show') {
    const { orgId } = operandsOf(['ORG'], operands);
    assertOnly(values, []);
    return { act: 'show', orgId };
  }
  const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
  if (!act)
    throw usage(name === '' ? 'What is to be done? create, set, subscribe or show.' : `There is no ${name}.`);
  const { orgId, product } = operandsOf(act.operands, operands);
  return { act: 'change', change: changeOf(act, orgId, product, values) };
}

function changeOf(act: Act, orgId: string, product: string, values: Values): SettingsChange {
  const settings = Object.entries(act.settings);
  const names = settings.map(([option]) => option);
  assertOnly(values, [...names, 'by', 'reason', ...(act.mayWait ? ['effective-at'] : [])]);
  const value: Record<string, string | number> = {};
  for (const [option, type] of settings) {
    const text = new Map(Object.entries(values)).get(option);
    if (typeof text !== 'string') continue;
    value[option.replaceAll('-', '_')] = type === 'integer' ? integerOf(option, text) : text;
  }
  for (const option of act.required) if (values[option] === undefined) throw usage(`--${option} is missing.`);
  if (Object.keys(value).length === 0) throw usage(`Give at least one of --${names.join(', --')}.`);
  const effectiveAt = effectiveAtOf(values['effective-at']);
  if (effectiveAt === undefined) {
    throw usage(
      `--effective-at is an instant like 2026-12-01T00:00:00Z, not ${JSON.stringify(values['effective-at'])}.`,
    );
  }
  const { by, reason } = values;
  return newChange({ kind: act.kind, org_id: orgId, product, value }, { by, reason, effectiveAt });
}

function operandsOf(names: readonly string[], given: readonly string[]): { orgId: string; product: string } {
  const [orgId = '', product = '', ...more] = given;
  const missing = names[given.length];
  if (missing !== undefined || orgId === '') throw usage(`${missing ?? 'ORG'} is missing.`);
  if (given.length > names.length)
    throw usage(`${[product, ...more].slice(names.length - 1).join(' ')} is too much.`);
  return { orgId, product };
}

function assertOnly(values: Values, allowed: readonly string[]): void {
  for (const [option, value] of Object.entries(values)) {
    const isGiven = value !== undefined && value !== false && value !== '';
    if (isGiven && !allowed.includes(option)) throw usage(`--${option} has no meaning here.`);
  }
}

function integerOf(option: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw usage(`--${option} is a whole number, not ${JSON.stringify(text)}.`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

const usage = (problem: string): UsageError => new UsageError(problem, ORG_USAGE);
