import { Unpacked, UnpackError } from './unpacked.ts';

const MAGIC = 0x184d2204;
const VERSION = 0b0100_0000;
const VERSION_BITS = 0b1100_0000;
const HAS_BLOCK_CHECKSUM = 0b0001_0000;
const HAS_CONTENT_SIZE = 0b0000_1000;
const HAS_DICTIONARY = 0b0000_0001;
const IS_PLAIN = 0x8000_0000;
const MIN_MATCH = 4;
/** A length of this many continues in the next bytes. */
const MORE = 15;

/**
 * Unpacks an LZ4 frame, as Kafka's clients write it: the Java client independent blocks, others also linked ones.
 * Checksums are skipped: the record batch has one over all of it, which is checked before.
 * Source: lz4_Frame_format.md and lz4_Block_format.md of the LZ4 project.
 * @throws UnpackError
 */
export function unpackLz4(packed: Buffer, maxBytes: number): Buffer {
  if (packed.length < 7 || packed.readUInt32LE(0) !== MAGIC) throw new UnpackError('it is not an LZ4 frame');
  const flags = packed.readUInt8(4);
  if ((flags & VERSION_BITS) !== VERSION) throw new UnpackError('its LZ4 frame has an unknown version');
  if ((flags & HAS_DICTIONARY) !== 0) throw new UnpackError('its LZ4 frame needs a dictionary');
  const checksumBytes = (flags & HAS_BLOCK_CHECKSUM) === 0 ? 0 : 4;
  // The flags, the block's maximum size, perhaps the content's size, the header's checksum.
  let at = 7 + ((flags & HAS_CONTENT_SIZE) === 0 ? 0 : 8);
  const unpacked = new Unpacked(maxBytes);
  for (;;) {
    if (at + 4 > packed.length) throw new UnpackError('its LZ4 frame has no end');
    const size = packed.readUInt32LE(at);
    at += 4;
    if (size === 0) return unpacked.take();
    const length = size & ~IS_PLAIN;
    if (at + length > packed.length) throw new UnpackError('it ends within an LZ4 block');
    if ((size & IS_PLAIN) === 0) unpackBlock(packed.subarray(at, at + length), unpacked);
    else unpacked.literals(packed, at, length);
    at += length + checksumBytes;
  }
}

/** Sequences of literals and a match; the last one has literals alone. */
function unpackBlock(block: Buffer, unpacked: Unpacked): void {
  let at = 0;
  const lengthFrom = (nibble: number): number => {
    let length = nibble;
    if (nibble !== MORE) return length;
    for (;;) {
      const more = byteAt(block, at);
      at += 1;
      length += more;
      if (more !== 255) return length;
    }
  };
  while (at < block.length) {
    const token = byteAt(block, at);
    at += 1;
    const literals = lengthFrom(token >> 4);
    unpacked.literals(block, at, literals);
    at += literals;
    if (at === block.length) return;
    const offset = byteAt(block, at) | (byteAt(block, at + 1) << 8);
    at += 2;
    unpacked.repeat(offset, MIN_MATCH + lengthFrom(token & MORE));
  }
}

function byteAt(block: Buffer, at: number): number {
  const byte = block[at];
  if (byte === undefined) throw new UnpackError('it ends within an LZ4 sequence');
  return byte;
}
