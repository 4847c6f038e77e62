/** A new key of a change: sent again with the same key it is the same change. Not randomUUID, which browsers offer on https and localhost only. */
export const newKey = (): string => crypto.getRandomValues(new Uint32Array(4)).join('-');
