import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { POISONED_ORG } from './poison.ts';

const SetAside = Type.Object({ name: Type.Literal('org-set-aside'), where: Type.String() });

/**
 * What reconciliation must show: that the poisoned organisation is set aside, for its days cannot be computed, and
 * nothing else.
 * @param shown the differences of its answer
 * @returns the unexpected ones, a line each, and the expected one where it is missing
 */
export function unexpectedDifferences(shown: readonly unknown[]): string[] {
  const { check } = compiled(SetAside);
  const isExpected = (each: unknown): boolean => check(each) && each.where.startsWith(`${POISONED_ORG},`);
  return [
    ...shown.filter((each) => !isExpected(each)).map((each) => `reconciliation: ${JSON.stringify(each)}`),
    ...(shown.some(isExpected) ? [] : [`reconciliation: ${POISONED_ORG} is not set aside`]),
  ];
}
