import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { DIMENSIONS, isDimension, type GroupBy, type UsageRow } from '../../store/usage/dimensions.ts';
import type { FilterValue } from '../../store/usage/filters.ts';
import { decodeContent, encodeContent } from '../parameters/cursor.ts';
import { invalidParameter } from '../problems/problem.ts';

/** A place in a breakdown: the groups of the page's last row, in the order of group_by; times in epoch milliseconds. */
export interface Place {
  /** The range's end on the first page, so that events of later do not come into the next ones. */
  readonly to: number;
  readonly after: readonly FilterValue[];
}

const Millis = Type.Integer({ minimum: 0, maximum: 2 ** 48 });
const Content = Type.Tuple([
  Millis,
  Type.Array(Type.Union([Type.String(), Type.Integer()]), { minItems: 1 }),
]);

export function encodePlace({ to, after }: Place): string {
  return encodeContent([to, after]);
}

/** Throws the Problem `invalid-request` for anything that no page of these groups has answered. */
export function decodePlace(cursor: string, groupBy: readonly GroupBy[]): Place {
  const content = decodeContent(Content, cursor);
  if (content !== undefined) {
    const [to, after] = content;
    const isOurs =
      after.length === groupBy.length && groupBy.every((group, index) => isValueOf(group, after[index]));
    if (isOurs) return { to, after };
  }
  throw invalidParameter('cursor', 'must be the next_cursor of the page before, with the same group_by');
}

/** The place of a row of these groups. */
export function placeOf(row: UsageRow, groupBy: readonly GroupBy[], to: number): Place {
  return { to, after: groupBy.map((group) => row[group] ?? '') };
}

const Status = Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 });

function isValueOf(group: GroupBy, value: unknown): boolean {
  if (!isDimension(group)) return Value.Check(Millis, value);
  return DIMENSIONS[group].type === 'String' ? typeof value === 'string' : Value.Check(Status, value);
}
