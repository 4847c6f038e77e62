import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { POISONED_ORG } from './poison.ts';

const SetAside = Type.Object({ name: Type.Literal('org-set-aside'), where: Type.String() });

/**
 * What reconciliation must not show: anything but that the poisoned organisation is set aside, for its days cannot be
 * computed.
 * @param shown the differences of its answer
 * @returns the unexpected ones, a line each
 */
export function unexpectedDifferences(shown: readonly unknown[]): string[] {
  const { check } = compiled(SetAside);
  return shown
    .filter((each) => !(check(each) && each.where.startsWith(`${POISONED_ORG},`)))
    .map((each) => `reconciliation: ${JSON.stringify(each)}`);
}
