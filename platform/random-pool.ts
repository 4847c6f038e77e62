const POOL_BYTES = 8_192;

/**
 * Draws random bytes in bulk and returns every byte once: crypto.randomBytes takes 6 us per call, which was half the
 * time of publishing an event. What it returns is overwritten by the next call.
 */
export function pooled(random: (bytes: number) => Uint8Array): (bytes: number) => Uint8Array {
  let pool = new Uint8Array(0);
  let used = 0;
  let drawn = new Uint8Array(0);
  return (bytes) => {
    if (used + bytes > pool.length) {
      pool = Uint8Array.from(random(Math.max(POOL_BYTES, bytes)));
      used = 0;
    }
    if (drawn.length !== bytes) drawn = new Uint8Array(bytes);
    for (let index = 0; index < bytes; index += 1) drawn[index] = pool[used + index] ?? 0;
    used += bytes;
    return drawn;
  };
}
