/** Whether an error has this code: the system's, for example ENOENT, or one of this project's. */
export function hasCode(error: unknown, code: string): boolean {
  // Not `instanceof Error`: under jest the errors of Node's own modules come from another realm.
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
