const NAMES = new Set(['127.0.0.1', '::1', '[::1]', 'localhost']);

/** Whether a host, as a setting or an address names it, is this machine and can be reached from it alone. */
export const isLoopback = (host: string): boolean => NAMES.has(host);
