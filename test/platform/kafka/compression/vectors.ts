/** Compressed bytes written by hand from the formats' descriptions, as no client here writes them. */

const lz4Frame = (flags: number, blocks: readonly Buffer[]): Buffer =>
  Buffer.concat([
    // Magic, flags, blocks of up to 4 MiB, the header's checksum (which is not read).
    Buffer.from([0x04, 0x22, 0x4d, 0x18, flags, 0x70, 0]),
    ...blocks.flatMap((block) => [sizeOf(block.length), block]),
    sizeOf(0),
  ]);

function sizeOf(bytes: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes);
  return size;
}

const INDEPENDENT = 0b0110_0000;
const LINKED = 0b0100_0000;
/** One literal, then it again `count` times 255 and 19. */
const repeated = (count: number): Buffer =>
  Buffer.concat([Buffer.from([0x1f, 0x61, 1, 0]), Buffer.alloc(count, 255), Buffer.from([0, 0])]);

/** 0.3 MiB that unpack to 76 MiB. */
export const LZ4_BOMB = lz4Frame(INDEPENDENT, [repeated(312_500)]);
/** The second block repeats what the first one says. */
export const LZ4_LINKED = lz4Frame(LINKED, [
  Buffer.from([0x60, ...Buffer.from('kafka ')]),
  Buffer.from([0x02, 6, 0, 0x10, 0x21]),
]);
export const LZ4_UNENDED = LZ4_LINKED.subarray(0, -4);

/** A raw block without the Java client's header, as librdkafka writes it: "kafka kafka kafka!". */
export const SNAPPY_RAW = Buffer.from([
  18,
  5 << 2,
  ...Buffer.from('kafka '),
  ((11 - 4) << 2) | 1,
  6,
  0,
  0x21,
]);
/** 255 KiB that unpack to 81 MiB: copies of 64 bytes from one byte ago. */
export const SNAPPY_BOMB = Buffer.concat([
  // 2 ** 28 - 1
  Buffer.from([0xff, 0xff, 0xff, 0x7f, 0, 0x61]),
  Buffer.alloc(3 * 1_330_000, Buffer.from([(63 << 2) | 2, 1, 0])),
]);
