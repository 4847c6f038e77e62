/**
 * The argument of publish(): one API call that was answered. The fields that may be left out have a default.
 * domain.md, "Which events count", is the source of the limits.
 */
export type CallEventInput = {
  /**
   * A UUIDv7 whose first 48 bits are occurred_at; minted when left out. Two events of an org with the same id count
   * once, so give your own where the same call may be published again.
   */
  event_id?: string;
  /** When the call was answered, in epoch milliseconds; now when left out. */
  occurred_at?: number;
  /** The organisation that pays; 1 to 128 bytes of UTF-8, no control characters, as the next three. */
  org_id: string;
  /** The API family: crm, for example. */
  product: string;
  user_id: string;
  /** The calling application; '-' when there is none. */
  app_id: string;
  /** The HTTP method as received; at most 128 bytes. */
  method: string;
  /** The path without its query string, best as the route's template; at most 2,048 bytes. */
  endpoint: string;
  /** The product's module that the call touched; at most 128 bytes. */
  module?: string;
  /** The HTTP status answered. A rejected call (429) must cost 0 credits. */
  status: number;
  /** The price of the call, 0 to 1,000,000; callCost() computes it. */
  credits: number;
  /** The name of the cost rule that gave the credits; at most 128 bytes. */
  rule?: string;
  /** What the rule counted: records, rows, bytes. */
  units?: number;
  /** Why a rejected call was rejected; at most 128 bytes. */
  rejection_cause?: string;
  /** The caller's network address; at most 128 bytes. */
  source_address?: string;
  /** How long the call took, in milliseconds; null when unknown. */
  duration_ms?: number | null;
};

/** The fields of an event about its cost, ready to be spread into it. */
export type CallCost = Required<Pick<CallEventInput, 'credits' | 'rule' | 'units'>>;
