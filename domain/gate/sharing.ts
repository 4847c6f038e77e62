/** What a holder would like to get of a limit, in credits. */
export interface WantedCredits {
  readonly wanted: number;
  /** Of the dearest and of the cheapest call that wait; 0 for none. A grant that serves neither is not made. */
  readonly needed: number;
  readonly least: number;
}

/** What there is, and among whom it is shared. */
export interface ToShare {
  readonly available: number;
  /** Leases that are known, and those of them that have not ended. */
  readonly leases: number;
  readonly holders: () => number;
}

/** Near the limit each holder gets its share of what is left, so that none keeps what another needs. */
export function shareFor(
  { wanted, needed, least }: WantedCredits,
  { available, leases, holders }: ToShare,
): number {
  if (least > available) return 0;
  const served = needed > available ? least : needed;
  const enough = Math.max(served, wanted);
  if (enough <= available / (leases + 1)) return enough;
  const share = Math.ceil(available / (holders() + 1));
  return Math.min(available, Math.max(served, Math.min(wanted, share)));
}
