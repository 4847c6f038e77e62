import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { encodeSettingsChange, type SettingsChange } from '../../schemas/settings-change.ts';
import { until } from '../../deploy/local/until.ts';
import type { PlannedPoison } from './inputs-plan.ts';
import type { LimitChanges } from './limit-changes.ts';
import type { RecordSender } from './record-sender.ts';
import { ORGS } from './traffic.ts';
import type { Get } from './watch.ts';

interface Poison {
  readonly kind: string;
  readonly value: string;
  /** Why it is rejected. */
  readonly code: string;
}

/** Changes that an earlier release, or another program, may have recorded. None of them may have any effect. */
export const POISON: readonly Poison[] = [
  // Names that Intl takes and the calendar does not know.
  { kind: 'org', value: '{"time_zone":"BST"}', code: 'unknown-time-zone' },
  { kind: 'org', value: '{"time_zone":"IST","billing_day":31}', code: 'unknown-time-zone' },
  { kind: 'org', value: '{"time_zone":"Mars/Olympus"}', code: 'unknown-time-zone' },
  { kind: 'org', value: '{"time_zone":"Europe/Rome"', code: 'not-json' },
  { kind: 'org', value: '{"billing_day":32}', code: 'shape' },
  {
    kind: 'subscription',
    value: '{"edition":"platinum","additional_limit":1000000}',
    code: 'unknown-edition',
  },
  { kind: 'subscription', value: '{"users":-1,"additional_limit":1000000}', code: 'shape' },
  { kind: 'subscription', value: '[{"additional_limit":1000000}]', code: 'shape' },
  { kind: 'constructor', value: '{"additional_limit":1000000}', code: 'unknown-kind' },
];

/** An organisation of which the log holds only that it was created, in a time zone that cannot be computed with. */
export const POISONED_ORG = 'chaos-poisoned';
const CREATED: Poison = {
  kind: 'new-org',
  value: '{"time_zone":"BST","billing_day":1}',
  code: 'unknown-time-zone',
};

const change = ({ kind, value }: Poison, org: string, id: string): SettingsChange => ({
  change_id: `poison-${id}`,
  org_id: org,
  kind,
  product: kind === 'subscription' ? 'crm' : '',
  value,
  effective_at: 0,
  recorded_by: 'chaos',
  reason: '',
});

export async function publishPoison(
  sender: RecordSender,
  topic: string,
  { org, poison }: PlannedPoison,
): Promise<void> {
  const chosen = POISON[poison];
  if (chosen) await append(sender, topic, change(chosen, org, String(poison)));
  await sender.send(topic, [{ key: org, value: 'not a settings change' }]);
}

export const publishPoisonedOrg = (sender: RecordSender, topic: string): Promise<void> =>
  append(sender, topic, change(CREATED, POISONED_ORG, 'org'));

const append = (sender: RecordSender, topic: string, poisoned: SettingsChange): Promise<void> =>
  sender.send(topic, [{ key: poisoned.org_id, value: encodeSettingsChange(poisoned) }]);

const Refused = Type.Array(Type.Object({ code: Type.String() }));
const History = Type.Object({
  changes: Type.Array(
    Type.Object({
      change_id: Type.String(),
      reason: Type.String(),
      refused: Type.Union([Refused, Type.Null()]),
    }),
  ),
  next_cursor: Type.Null(),
});
const SHOWN_WITHIN_MS = 20_000;

/**
 * Compares each organisation's history with what was appended to the topic: each change of a limit once, each poisoned
 * change with the reason for its rejection, and nothing else, from no aborted transaction either.
 * @returns the differences, a line each
 */
export async function historyDifferences(
  poisoned: readonly PlannedPoison[],
  limits: Pick<LimitChanges, 'keysOf'>,
  get: Get,
): Promise<string[]> {
  const expected = new Map(
    ORGS.map((org): [string, string[]] => [org, limits.keysOf(org).map((key) => `${key} accepted`)]),
  );
  for (const { org, poison } of poisoned)
    expected.get(org)?.push(`poison-${poison} ${POISON[poison]?.code ?? ''}`);
  expected.set(POISONED_ORG, [`poison-org ${CREATED.code}`]);

  const compared = [...expected].map(async ([org, changes]) => {
    const due = changes.toSorted().join(', ');
    let found = '';
    const isShown = await until(async () => (found = await historyOf(org, get)) === due, SHOWN_WITHIN_MS);
    return isShown ? [] : [`settings of ${org}: ${found} instead of ${due}`];
  });
  return (await Promise.all(compared)).flat();
}

async function historyOf(org: string, get: Get): Promise<string> {
  const { changes } = Value.Parse(History, await get(`/v1/orgs/${org}/settings/history`, org));
  return changes
    .map(({ change_id, reason, refused }) => `${reason || change_id} ${refused?.[0]?.code ?? 'accepted'}`)
    .toSorted()
    .join(', ');
}
