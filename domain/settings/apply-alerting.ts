import type { LoggedChange } from '../../schemas/settings-change.ts';
import { DestinationValue, destinationProblems, MAX_DESTINATIONS } from '../alerts/destinations.ts';
import { ruleProblems } from '../alerts/rules.ts';
import { DefaultsValue, destinationsAt, NO_ALERTING, RulesValue, type Alerting } from './alerting.ts';
import { assertPathName, effectiveAt, parseValue } from './change-rules.ts';
import { versionOf } from './version-of.ts';
import { rejectedChange, SettingsRejectedError } from './rejected-change.ts';
import { VersionList } from './version-list.ts';

/** The kinds of changes about alerts. */
export const isAlertingKind = (kind: string): boolean =>
  kind === 'alert-rules' || kind === 'alert-defaults' || kind === 'alert-destination';

/**
 * What is set about alerts after one more change: of an organisation, or of the platform ('').
 * @throws SettingsRejectedError saying why the change is not allowed
 */
export function applyAlerting(before: Alerting = NO_ALERTING, change: LoggedChange): Alerting {
  if (change.kind === 'alert-destination') return withDestination(before, change);
  const isPlatform = change.org_id === '';
  if (isPlatform !== (change.kind === 'alert-defaults')) {
    throw rejectedChange(
      'org-id',
      '',
      'alert-defaults are the platform’s, alert-rules an organisation’s: leave the id empty for the first alone',
    );
  }
  if (isPlatform) {
    const { rules, platform_rules } = parseValue(DefaultsValue, change.value);
    assertNone([
      ...problemsUnder('/rules', ruleProblems(rules)),
      ...problemsUnder('/platform_rules', ruleProblems(platform_rules)),
    ]);
  } else {
    assertPathName(change.product, 'product', 'a product’s name');
    const { rules } = parseValue(RulesValue, change.value);
    assertNone(problemsUnder('/rules', ruleProblems(rules ?? [])));
  }
  return { ...before, rules: withVersion(before.rules, change.product, change) };
}

function withDestination(before: Alerting, change: LoggedChange): Alerting {
  const destination = parseValue(DestinationValue, change.value);
  const { destination_id: id, is_removed } = destination;
  assertNone(problemsUnder('', destinationProblems(destination)));
  const others = destinationsAt(before, effectiveAt(change)).filter(
    (each) => each.destination.destination_id !== id,
  );
  if (!is_removed && others.length >= MAX_DESTINATIONS) {
    const message = `there are ${MAX_DESTINATIONS} destinations already, the most that are kept: remove one first`;
    throw rejectedChange('too-many-destinations', '', message);
  }
  return { ...before, destinations: withVersion(before.destinations, id, change) };
}

function withVersion(
  lists: ReadonlyMap<string, VersionList<string>>,
  key: string,
  change: LoggedChange,
): ReadonlyMap<string, VersionList<string>> {
  return new Map(lists).set(key, VersionList.add(lists.get(key), versionOf(change, change.value)));
}

interface Problem {
  readonly path: string;
  readonly message: string;
}

const problemsUnder = (base: string, problems: readonly Problem[]) =>
  problems.map(({ path, message }) => ({ code: 'alerting', path: `${base}${path}`, message }));

function assertNone(problems: readonly ({ readonly code: string } & Problem)[]): void {
  const [first, ...more] = problems;
  if (first) throw new SettingsRejectedError(first, ...more);
}
