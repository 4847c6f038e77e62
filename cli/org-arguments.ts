import type { SettingsChange } from '../schemas/settings-change.ts';
import { AUDIT_USAGE, auditOptions, effectiveAtOf, newChange } from './audit-options.ts';
import { Options } from '../platform/command-line/options.ts';

export const ORG_USAGE = `npm run org -- create ORG --time-zone ZONE --billing-day N
npm run org -- set ORG [--time-zone ZONE] [--billing-day N] [--effective-at INSTANT]
npm run org -- subscribe ORG PRODUCT [--edition NAME] [--users N] [--effective-at INSTANT]
              [--additional-limit N [--as-super-admin USER]]
npm run org -- show ORG

Manages organisations and their subscriptions. Every change is recorded with who, when and why, and takes effect at once
or later, never in the past. A new subscription needs an edition and users; an existing one keeps every setting that you
do not specify. Only the super admin of an organisation changes the additional limit of an existing subscription (Z).

  --time-zone ZONE         an IANA name, like Europe/Rome; changes at the end of the local day
  --billing-day N          1 to 31; changes at the end of the current billing period
  --edition NAME           see: npm run catalogue -- show editions
  --users N                licensed users
  --additional-limit N     credits beyond the included ones that 24 hours may use (0)
  --as-super-admin USER    whose decision the limit of an existing subscription is; recorded as "USER via WHO"
  --effective-at INSTANT   for example 2026-12-01T00:00:00Z (at once)
${AUDIT_USAGE}`;

const TYPES = {
  'time-zone': 'string',
  'billing-day': 'string',
  edition: 'string',
  users: 'string',
  'additional-limit': 'string',
  'as-super-admin': 'string',
  'effective-at': 'string',
  ...auditOptions,
} as const;
type OrgOptions = Options<typeof TYPES>;
type Option = keyof typeof TYPES;

interface ChangeAction {
  /** The arguments after the action's name. */
  readonly operands: readonly string[];
  /** The options that are settings, and the types of their values. */
  readonly settings: readonly (readonly [Option, 'text' | 'integer'])[];
  readonly required: readonly Option[];
  /** The kind of the settings change. */
  readonly kind: string;
  /** Options of this action that are not settings. */
  readonly more: readonly Option[];
  /** Whether the change may take effect later. */
  readonly isSchedulable: boolean;
}

const CHANGE_ACTIONS: Readonly<Record<string, ChangeAction>> = {
  create: {
    operands: ['ORG'],
    settings: [
      ['time-zone', 'text'],
      ['billing-day', 'integer'],
    ],
    required: ['time-zone', 'billing-day'],
    kind: 'new-org',
    more: [],
    isSchedulable: false,
  },
  set: {
    operands: ['ORG'],
    settings: [
      ['time-zone', 'text'],
      ['billing-day', 'integer'],
    ],
    required: [],
    kind: 'org',
    more: [],
    isSchedulable: true,
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
    more: ['as-super-admin'],
    isSchedulable: true,
  },
};

export type OrgCommand =
  | { readonly action: 'help' }
  | { readonly action: 'show'; readonly orgId: string }
  | { readonly action: 'change'; readonly change: SettingsChange; readonly asSuperAdmin: boolean };

/** Parses the command line of `npm run org`. @throws UsageError naming the option */
export function readOrgArguments(args: readonly string[]): OrgCommand {
  const options = new Options(ORG_USAGE, TYPES, args, true);
  if (options.has('help')) return { action: 'help' };
  const [name = ''] = options.words;
  if (name === 'show') {
    const { orgId } = operandsOf(options, ['ORG']);
    assertOnly(options, []);
    return { action: 'show', orgId };
  }
  const action = Object.hasOwn(CHANGE_ACTIONS, name) ? CHANGE_ACTIONS[name] : undefined;
  if (!action) {
    const choice = 'create, set, subscribe or show.';
    throw options.wrong(
      name === '' ? `Specify an action: ${choice}` : `Unknown action ${name}: use ${choice}`,
    );
  }
  const change = changeOf(action, options);
  const superAdmin = options.text('as-super-admin');
  if (superAdmin === undefined) return { action: 'change', change, asSuperAdmin: false };
  if (!options.has('additional-limit')) throw options.wrong('--as-super-admin needs --additional-limit.');
  const recorded_by = `${superAdmin} via ${change.recorded_by}`;
  return { action: 'change', change: { ...change, recorded_by }, asSuperAdmin: true };
}

function changeOf(action: ChangeAction, options: OrgOptions): SettingsChange {
  const { orgId, product } = operandsOf(options, action.operands);
  const names = action.settings.map(([option]) => option);
  assertOnly(options, [
    ...names,
    ...action.more,
    'by',
    'reason',
    ...(action.isSchedulable ? (['effective-at'] as const) : []),
  ]);
  const value: Record<string, string | number | undefined> = {};
  for (const [option, type] of action.settings) {
    if (action.required.includes(option)) options.required(option);
    // The value of an absent option is undefined, which JSON leaves out.
    value[option.replaceAll('-', '_')] = type === 'integer' ? options.integer(option) : options.text(option);
  }
  if (!names.some((name) => options.has(name))) {
    throw options.wrong(`Specify at least one of --${names.join(', --')}.`);
  }
  const effectiveAt = effectiveAtOf(options.text('effective-at'));
  if (effectiveAt === undefined) {
    const given = JSON.stringify(options.text('effective-at'));
    throw options.wrong(`--effective-at must be an instant like 2026-12-01T00:00:00Z, not ${given}.`);
  }
  return newChange({ kind: action.kind, org_id: orgId, product, value }, options, effectiveAt);
}

function operandsOf(options: OrgOptions, names: readonly string[]): { orgId: string; product: string } {
  const [, ...given] = options.words;
  const [orgId = '', product = ''] = given;
  const missing = names[given.length];
  if (missing !== undefined || orgId === '') throw options.wrong(`${missing ?? 'ORG'} is missing.`);
  const extra = given.slice(names.length);
  if (extra.length > 0) throw options.wrong(`Unexpected argument: ${extra.join(' ')}.`);
  return { orgId, product };
}

function assertOnly(options: OrgOptions, allowed: readonly string[]): void {
  const unexpected = options.given.find((option) => !allowed.includes(option));
  if (unexpected !== undefined) throw options.wrong(`--${unexpected} does not apply to this action.`);
}
