import avro from 'avsc';
import { readBody } from './avro-body.ts';
import type { AvroReader } from './avro-reader.ts';

const { types } = avro;
type Union = avro.types.UnwrappedUnionType | avro.types.WrappedUnionType;

/**
 * Resolution of a writer's value to a type of the current schema, as the Avro specification defines it ("Schema
 * Resolution"): value by value, so that a union with null is fine as long as its value is not null; names of fixed and
 * records are compared without their namespace; an int is read as a long, bytes as a string. Types that the current
 * schema does not have (float, double, enum, array, map, record within the event) never match.
 */

/** Whether some value of the writer's type can be resolved. */
export function canResolve(writer: avro.Type, target: avro.Type): boolean {
  if (isUnion(writer)) return writer.types.some((branch) => canResolve(branch, target));
  if (isUnion(target)) return target.types.some((branch) => canResolve(writer, branch));
  if (target instanceof types.StringType)
    return writer instanceof types.StringType || writer instanceof types.BytesType;
  if (target instanceof types.LongType)
    return writer instanceof types.LongType || writer instanceof types.IntType;
  if (target instanceof types.IntType) return writer instanceof types.IntType;
  if (target instanceof types.NullType) return writer instanceof types.NullType;
  return (
    target instanceof types.FixedType &&
    writer instanceof types.FixedType &&
    target.size === writer.size &&
    unqualified(target.name) === unqualified(writer.name)
  );
}

/**
 * Reads the next value and returns it in the encoding of the target type. All resolvable types have one encoding for
 * both, so the writer's bytes are taken as they are. What cannot be resolved sets the reader's error.
 */
export function resolveValue(
  reader: AvroReader,
  writer: avro.Type,
  target: avro.Type,
  field: string,
): readonly Buffer[] {
  if (isUnion(writer)) {
    const branch = writer.types[reader.int(field)];
    if (branch) return resolveValue(reader, branch, target, field);
    reader.fail(field, 'has no such branch');
    return [];
  }
  if (isUnion(target)) {
    const index = target.types.findIndex((branch) => canResolve(writer, branch));
    const branch = target.types[index];
    // The index as an Avro int: below 64 it is one byte, twice its value.
    if (branch) return [Buffer.from([2 * index]), ...resolveValue(reader, writer, branch, field)];
  } else if (canResolve(writer, target)) {
    const start = reader.position;
    readBody(reader, writer, field);
    return [reader.bytes.subarray(start, reader.position)];
  }
  reader.fail(field, `is ${nameOf(writer)} where ${nameOf(target)} is required`);
  return [];
}

export function isUnion(type: avro.Type): type is Union {
  return type instanceof types.UnwrappedUnionType || type instanceof types.WrappedUnionType;
}

/** A type's full name without its namespace. */
export function unqualified(name: string | undefined): string {
  return name?.slice(name.lastIndexOf('.') + 1) ?? '';
}

/** A type as messages name it. */
export function nameOf(type: avro.Type): string {
  if (isUnion(type)) return type.types.map(nameOf).join(' or ');
  return type.name === undefined ? type.typeName : `${type.typeName} ${type.name}`;
}
