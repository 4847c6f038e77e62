import { Type, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { DIMENSIONS, isDimension, type GroupBy, type UsageRow } from '../../store/usage/dimensions.ts';
import type { FilterValue } from '../../store/usage/filters.ts';
import { CursorInstant, cursorCodec, invalidCursor } from '../parameters/cursor.ts';

/** Where a page of a breakdown ended. */
export interface Place {
  /** The range's end on the first page, epoch milliseconds: later calls do not enter the next pages. */
  readonly to: number;
  /** The groups of the page's last row, in the order of group_by; times in epoch milliseconds. */
  readonly after: readonly FilterValue[];
}

const GroupValue = Type.Union([Type.String(), Type.Integer()]);
const { encode, decode } = cursorCodec(Type.Tuple([CursorInstant, Type.Array(GroupValue)]));

export function encodePlace({ to, after }: Place): string {
  return encode([to, [...after]]);
}

/** Throws the Problem `invalid-request` for a cursor that no page of these groups has returned. */
export function decodePlace(cursor: string, groupBy: readonly GroupBy[]): Place {
  const [to, after] = decode(cursor);
  const isOfGroups =
    after.length === groupBy.length &&
    groupBy.every((group, index) => Value.Check(valueSchemaOf(group), after[index]));
  if (!isOfGroups || groupBy.length === 0) throw invalidCursor();
  return { to, after };
}

/** The place of a row of these groups. */
export function placeOf(row: UsageRow, groupBy: readonly GroupBy[], to: number): Place {
  return { to, after: groupBy.map((group) => row[group] ?? '') };
}

const Text = Type.String();
const Int32 = Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 });

function valueSchemaOf(group: GroupBy): TSchema {
  if (!isDimension(group)) return CursorInstant;
  return DIMENSIONS[group].type === 'String' ? Text : Int32;
}
