const NAMES = new Set(['127.0.0.1', '::1', '[::1]', 'localhost']);

/** Whether a host name or address is this machine's loopback, which no other machine can reach. */
export const isLoopback = (host: string): boolean => NAMES.has(host);
