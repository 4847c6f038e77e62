const MAX_DATE_MS = 8.64e15;

/** RFC 3339 in UTC; an instant beyond the range of Date is shown as the nearest one in it. */
export function instantText(ms: number): string {
  return new Date(Math.max(-MAX_DATE_MS, Math.min(MAX_DATE_MS, ms))).toISOString();
}
