/** Reads a Native block back as an insert would store it; written from ClickHouse's documentation alone. */

export type NativeRow = Record<string, string | number | bigint | null>;

export function readNative(body: readonly Buffer[]): NativeRow[] {
  const bytes = Buffer.concat(body);
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.readUInt8(at++);
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (size: number): Buffer => {
    at += size;
    if (at > bytes.length) throw new Error(`the block ends before byte ${at}`);
    return bytes.subarray(at - size, at);
  };
  const text = (): string => new TextDecoder('utf-8', { fatal: true }).decode(take(varint()));
  const hex = (size: number): string => Buffer.from(take(size).toReversed()).toString('hex');
  const readers: Record<string, () => string | number | bigint> = {
    UUID: () => (hex(8) + hex(8)).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    "DateTime64(3, 'UTC')": () => take(8).readBigInt64LE(),
    String: text,
    Int32: () => take(4).readInt32LE(),
    UInt32: () => take(4).readUInt32LE(),
    UInt16: () => take(2).readUInt16LE(),
    Int64: () => take(8).readBigInt64LE(),
    UInt64: () => take(8).readBigUInt64LE(),
  };
  const read = (type: string): string | number | bigint => {
    const reader = readers[type];
    if (!reader) throw new Error(`no reader for ${type}`);
    return reader();
  };

  const columns = varint();
  const rows: NativeRow[] = Array.from({ length: varint() }, () => ({}));
  for (let column = 0; column < columns; column += 1) {
    const name = text();
    const type = text();
    const inner = /^Nullable\((.*)\)$/.exec(type)?.[1];
    const nulls = inner ? [...take(rows.length)] : [];
    rows.forEach((row, index) => {
      const value = read(inner ?? type);
      row[name] = nulls[index] === 1 ? null : value;
    });
  }
  if (at !== bytes.length) throw new Error(`${bytes.length - at} bytes after the block`);
  return rows;
}
