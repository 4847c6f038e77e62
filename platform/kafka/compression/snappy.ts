import { Unpacked, UnpackError } from './unpacked.ts';

/** What snappy-java puts before its blocks: a magic, its version, and the oldest compatible one. */
const JAVA_MAGIC = Buffer.from([0x82, ...Buffer.from('SNAPPY'), 0]);
const JAVA_HEADER_BYTES = 16;

/**
 * Unpacks Snappy: one raw block, or the blocks with their lengths that the Java client writes.
 * Source: format_description.txt of the Snappy project; SnappyOutputStream of snappy-java.
 * @throws UnpackError
 */
export function unpackSnappy(packed: Buffer, maxBytes: number): Buffer {
  const unpacked = new Unpacked(maxBytes);
  if (!packed.subarray(0, JAVA_MAGIC.length).equals(JAVA_MAGIC)) {
    unpackBlock(packed, unpacked);
    return unpacked.take();
  }
  let at = JAVA_HEADER_BYTES;
  while (at < packed.length) {
    if (at + 4 > packed.length) throw new UnpackError('it ends within the length of a Snappy block');
    const length = packed.readUInt32BE(at);
    at += 4;
    if (at + length > packed.length) throw new UnpackError('it ends within a Snappy block');
    unpackBlock(packed.subarray(at, at + length), unpacked);
    at += length;
  }
  return unpacked.take();
}

/** The block's size, then literals and copies of what stands before them. */
function unpackBlock(block: Buffer, unpacked: Unpacked): void {
  let at = 0;
  const little = (bytes: number): number => {
    if (at + bytes > block.length) throw new UnpackError('it ends within a Snappy element');
    const value = block.readUIntLE(at, bytes);
    at += bytes;
    return value;
  };
  let size = 0;
  for (let shift = 0, more = true; more; shift += 7) {
    if (shift > 28) throw new UnpackError('its Snappy block has no valid size');
    const byte = little(1);
    size += (byte & 0x7f) * 2 ** shift;
    more = byte >= 0x80;
  }
  const end = unpacked.length + size;
  while (at < block.length) {
    const tag = little(1);
    const upper = tag >> 2;
    switch (tag & 0b11) {
      case 0: {
        // 60 to 63: the length follows, in one to four bytes.
        const length = 1 + (upper < 60 ? upper : little(upper - 59));
        unpacked.literals(block, at, length);
        at += length;
        break;
      }
      case 1:
        unpacked.repeat(((tag >> 5) << 8) | little(1), 4 + (upper & 0b111));
        break;
      case 2:
        unpacked.repeat(little(2), 1 + upper);
        break;
      default:
        unpacked.repeat(little(4), 1 + upper);
    }
  }
  if (unpacked.length !== end) throw new UnpackError('its Snappy block has another size than it says');
}
