/** A copy copies this many references; a write copies one part, about a hundred of 100,000 entries. */
const PARTS = 1024;

/**
 * A copy-on-write map with string keys: copies share every part that neither has changed since. Settings are immutable
 * values, and one change must not copy the settings of all organisations (for 100,000 entries a Map takes 0.2 s, this
 * 0.05 ms). Do not write to a map after copying it.
 */
export class SharedMap<V> {
  readonly #parts: Map<string, V>[];
  /** The parts that no other map shares. */
  readonly #own = new Set<number>();

  private constructor(parts: Map<string, V>[]) {
    this.#parts = parts;
  }

  static empty<V>(): SharedMap<V> {
    return new SharedMap(Array.from({ length: PARTS }, () => new Map<string, V>()));
  }

  copy(): SharedMap<V> {
    return new SharedMap([...this.#parts]);
  }

  get(key: string): V | undefined {
    return this.#parts[partOf(key)]?.get(key);
  }

  has(key: string): boolean {
    return this.#parts[partOf(key)]?.has(key) ?? false;
  }

  set(key: string, value: V): void {
    const part = partOf(key);
    if (!this.#own.has(part)) {
      this.#own.add(part);
      this.#parts[part] = new Map(this.#parts[part]);
    }
    this.#parts[part]?.set(key, value);
  }

  /** In no particular order. */
  keys(): string[] {
    return this.#parts.flatMap((part) => [...part.keys()]);
  }
}

function partOf(key: string): number {
  let hash = 0;
  for (let index = 0; index < key.length; index += 1) hash = Math.imul(hash, 31) + key.charCodeAt(index);
  return (hash >>> 0) % PARTS;
}
