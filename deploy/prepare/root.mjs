import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's own directory. */
export const root = fileURLToPath(new URL('../..', import.meta.url));
export const inRoot = (...parts) => join(root, ...parts);
