import {
  DIMENSIONS,
  isDimension,
  isTimeGroup,
  TIME_GROUPS,
  type GroupBy,
} from '../../store/usage/dimensions.ts';
import { invalidParameter } from '../problems/problem.ts';

/** The names that `group_by` accepts, which are also the keys of the rows (interfaces.md). */
export const GROUPS: readonly string[] = [...TIME_GROUPS, ...Object.keys(DIMENSIONS)];

const isGroup = (name: string): name is GroupBy => isDimension(name) || isTimeGroup(name);

/** The names in their given order; none if the parameter is missing or empty. Throws the Problem `invalid-request`. */
export function parseGroupBy(text: string | undefined, parameter = 'group_by'): readonly GroupBy[] {
  if (text === undefined || text === '') return [];
  const names = text.split(',').map((name) => name.trim());
  const groups = names.filter((name) => isGroup(name));
  if (groups.length < names.length) {
    const unknown = names.find((name) => !isGroup(name));
    throw invalidParameter(
      parameter,
      `must be any of ${GROUPS.join(', ')}, comma separated; ${JSON.stringify(unknown)} is unknown`,
    );
  }
  if (new Set(groups).size < groups.length) throw invalidParameter(parameter, 'must name each group once');
  return groups;
}
