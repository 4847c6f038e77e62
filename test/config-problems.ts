import { ConfigError } from '../platform/config.ts';

/** What is wrong with a configuration, by the error of reading it; empty where nothing is. */
export function problemsIn(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
