/** The contract of the gate's client: what asks, before a call is made, whether it may go on. */

/** A call before it is made. */
export interface GatedCall {
  readonly org_id: string;
  readonly product: string;
  readonly user_id: string;
  /** Default '-'. */
  readonly app_id?: string | undefined;
  /** What it costs, or the most that it may cost: what it does not cost goes back. */
  readonly credits: number;
}

/** The credits that an admitted call has taken. */
export interface GateReservation {
  /** What the call has cost, once that is known. */
  cost(credits: number): void;
  /** Kafka has acknowledged the call's event. Not before: the gate counts on it. */
  settle(): void;
  /** The call was not made and no event will be published. */
  cancel(): void;
}

export interface GateRejection {
  readonly status: 429;
  /** RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-10), and Retry-After. */
  readonly headers: Readonly<Record<string, string>>;
  /** A problem document (RFC 9457). */
  readonly problem: Readonly<Record<string, unknown>>;
  /** For the rejected call's event. */
  readonly cause: string;
}

export type GateDecision =
  | {
      readonly admitted: true;
      readonly reservation: GateReservation;
      readonly headers: Readonly<Record<string, string>>;
      /** In a dry run: the call would have been rejected. For the call's event, as its cause. */
      readonly wouldReject?: string | undefined;
    }
  | { readonly admitted: false; readonly rejection: GateRejection };

export interface GateOptions {
  /** Addresses of gates; the first that answers says which one has an organisation. */
  readonly urls: readonly string[];
  /** Returns a token of the role `gate`. Called for each request. */
  readonly token: () => string | Promise<string>;
  /** What becomes of calls while no gate answers, where the organisation has not said. Default 'admit'. */
  readonly whenUnreachable?: 'admit' | 'reject';
  /** How long a call waits for credits that the process does not have. Default 150 ms; 0 never waits. */
  readonly waitMs?: number;
  /** Subscriptions with calls in the last minutes; beyond, calls are treated as if no gate answered. Default 10,000. */
  readonly maxSubscriptions?: number;
  readonly logger?: GateLogger;
}

export interface GateLogger {
  error(details: object, message: string): void;
}

/** Since the client was created. asked = admitted + rejected. */
export interface GateCounters {
  readonly asked: number;
  readonly admitted: number;
  readonly rejected: number;
  /** Of the admitted ones: without credits, because no gate answered. */
  readonly admitted_unreachable: number;
  /** Of the rejected ones: because no gate answered. */
  readonly rejected_unreachable: number;
  /** Of the admitted ones: a dry run would have rejected them. */
  readonly would_reject: number;
  /** Calls that waited for credits. */
  readonly waited: number;
  readonly requests: number;
  readonly failed_requests: number;
  readonly subscriptions: number;
}

export interface Gate {
  /** Decides at once, by the credits that the process has. */
  decide(call: GatedCall): GateDecision;
  /** The same, but waits a moment for credits that it does not have. Never rejects. */
  admit(call: GatedCall): Promise<GateDecision>;
  counters(): GateCounters;
  /** Gives back what was not spent. Reservations should be settled before; those that are not, the gate holds for a day. */
  close(): Promise<void>;
}
