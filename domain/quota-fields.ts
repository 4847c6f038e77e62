/** A quota that an answer reports. */
export interface ReportedQuota {
  /** Only a to z and hyphens: a string of structured fields (RFC 9651) without escapes. */
  readonly policy: string;
  readonly quota: number;
  /** Requests where it is left out, as the draft says. */
  readonly unit?: string;
  /** Seconds; left out where the quota is of no fixed time. */
  readonly windowS?: number;
  readonly remaining: number;
  /** Seconds until more of it is available, where that is known. */
  readonly resetS?: number | undefined;
}

/** The fields RateLimit-Policy and RateLimit of draft-ietf-httpapi-ratelimit-headers-10. */
export function quotaFields(reported: ReportedQuota): Record<'ratelimit-policy' | 'ratelimit', string> {
  const { policy, quota, unit, windowS, remaining, resetS } = reported;
  return {
    'ratelimit-policy': `"${policy}";q=${quota}${unit === undefined ? '' : `;qu="${unit}"`}${windowS === undefined ? '' : `;w=${windowS}`}`,
    ratelimit: `"${policy}";r=${remaining}${resetS === undefined ? '' : `;t=${resetS}`}`,
  };
}
