/**
 * The partition of a key, as every Kafka client chooses it (murmur2 of the key, the sign cleared, modulo). kafkajs's own
 * takes several microseconds a key, because it computes with 64-bit integers.
 */
export function partitionOf(key: string | Uint8Array, partitions: number): number {
  return (murmur2(typeof key === 'string' ? bytesOf(key) : key) & 0x7fffffff) % partitions;
}

const MAX_BYTES_PER_UNIT = 3;
/** Used anew for each key: a Buffer for each would be garbage at once. */
const scratch = Buffer.alloc(512);
const views = Array.from({ length: scratch.length + 1 }, (_, length) => scratch.subarray(0, length));

function bytesOf(key: string): Uint8Array {
  if (key.length * MAX_BYTES_PER_UNIT > scratch.length) return Buffer.from(key);
  return views[scratch.write(key)] ?? scratch;
}

const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** As in Kafka's org.apache.kafka.common.utils.Utils: a signed 32-bit integer. */
function murmur2(bytes: Uint8Array): number {
  const byteAt = (at: number): number => bytes[at] ?? 0;
  let hash = SEED ^ bytes.length;
  let at = 0;
  for (const last = bytes.length - 3; at < last; at += 4) {
    let word = byteAt(at) | (byteAt(at + 1) << 8) | (byteAt(at + 2) << 16) | (byteAt(at + 3) << 24);
    word = Math.imul(word, M);
    word = Math.imul(word ^ (word >>> 24), M);
    hash = Math.imul(hash, M) ^ word;
  }
  if (at < bytes.length) {
    for (let rest = bytes.length - at - 1; rest >= 0; rest -= 1) hash ^= byteAt(at + rest) << (8 * rest);
    hash = Math.imul(hash, M);
  }
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
