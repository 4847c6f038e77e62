import type { SettingsChange } from '../schemas/settings-change.ts';
import { ACCOUNTABLE_USAGE, accountableOptions, effectiveAtOf, newChange } from './audit-options.ts';
import { Options } from '../platform/command-line/options.ts';

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

const TYPES = {
  'time-zone': 'string',
  'billing-day': 'string',
  edition: 'string',
  users: 'string',
  'additional-limit': 'string',
  'effective-at': 'string',
  ...accountableOptions,
} as const;
type OrgOptions = Options<typeof TYPES>;
type Option = keyof typeof TYPES;

interface Permission {
  /** What stands after the act's name. */
  readonly operands: readonly string[];
  /** The setting that each of the act's options is. */
  readonly settings: readonly (readonly [Option, 'text' | 'integer'])[];
  readonly required: readonly Option[];
  readonly kind: string;
  readonly mayWait: boolean;
}

const ACTS: Readonly<Record<string, Permission>> = {
  create: {
    operands: ['ORG'],
    settings: [
      ['time-zone', 'text'],
      ['billing-day', 'integer'],
    ],
    required: ['time-zone', 'billing-day'],
    kind: 'new-org',
    mayWait: false,
  },
  set: {
    operands: ['ORG'],
    settings: [
      ['time-zone', 'text'],
      ['billing-day', 'integer'],
    ],
    required: [],
    kind: 'org',
    mayWait: true,
  },
  subscribe: {
    operands: ['ORG', 'PRODUCT'],
    settings: [
      ['edition', 'text'],
      ['users', 'integer'],
      ['additional-limit', 'integer'],
    ],
    required: [],
    kind: 'subscription',
    mayWait: true,
  },
};

export type OrgCommand =
  | { readonly act: 'help' }
  | { readonly act: 'show'; readonly orgId: string }
  | { readonly act: 'change'; readonly change: SettingsChange };

/** @throws UsageError, naming the option */
export function readOrgArguments(args: readonly string[]): OrgCommand {
  const options = new Options(ORG_USAGE, TYPES, args, true);
  if (options.has('help')) return { act: 'help' };
  const [name = ''] = options.words;
  if (name === 'show') {
    const { orgId } = operandsOf(options, ['ORG']);
    assertOnly(options, []);
    return { act: 'show', orgId };
  }
  const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
  if (!act) {
    const wanted = 'What is to be done? create, set, subscribe or show.';
    throw options.wrong(name === '' ? wanted : `There is no ${name}.`);
  }
  return { act: 'change', change: changeOf(act, options) };
}

function changeOf(act: Permission, options: OrgOptions): SettingsChange {
  const { orgId, product } = operandsOf(options, act.operands);
  const names = act.settings.map(([option]) => option);
  assertOnly(options, [...names, 'by', 'reason', ...(act.mayWait ? ['effective-at'] : [])]);
  const value: Record<string, string | number | undefined> = {};
  for (const [option, type] of act.settings) {
    if (act.required.includes(option)) options.required(option);
    // One that is not given is undefined, which JSON leaves out.
    value[option.replaceAll('-', '_')] = type === 'integer' ? options.integer(option) : options.text(option);
  }
  if (!names.some((name) => options.has(name))) {
    throw options.wrong(`Give at least one of --${names.join(', --')}.`);
  }
  const effectiveAt = effectiveAtOf(options.text('effective-at'));
  if (effectiveAt === undefined) {
    const given = JSON.stringify(options.text('effective-at'));
    throw options.wrong(`--effective-at is an instant like 2026-12-01T00:00:00Z, not ${given}.`);
  }
  return newChange({ kind: act.kind, org_id: orgId, product, value }, options, effectiveAt);
}

function operandsOf(options: OrgOptions, names: readonly string[]): { orgId: string; product: string } {
  const [, ...given] = options.words;
  const [orgId = '', product = ''] = given;
  const missing = names[given.length];
  if (missing !== undefined || orgId === '') throw options.wrong(`${missing ?? 'ORG'} is missing.`);
  if (given.length > names.length) throw options.wrong(`${given.slice(names.length).join(' ')} is too much.`);
  return { orgId, product };
}

function assertOnly(options: OrgOptions, allowed: readonly string[]): void {
  const useless = options.given.find((option) => !allowed.includes(option));
  if (useless !== undefined) throw options.wrong(`--${useless} has no meaning here.`);
}
