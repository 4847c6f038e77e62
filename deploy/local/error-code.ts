/** Whether an error is the system's (or ours) with this code, for example ENOENT. */
export function hasCode(error: unknown, code: string): boolean {
  // Not `instanceof Error`: under jest the errors of Node's own modules are of another realm.
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
