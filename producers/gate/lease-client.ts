import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { LeasesAnswer, type LeasesRequest } from '../../domain/gate/protocol.ts';

const OtherGate = Type.Object({ gate_url: Type.String() });
/** Half of a lease: one that fails leaves time for another. */
const REQUEST_WITHIN_MS = 5_000;
/** From one gate that does not have the organisation to the one that has it. */
const MAX_HOPS = 2;
const MAX_KNOWN = 20_000;

/** No gate has answered. */
export class GateUnreachableError extends Error {
  readonly code = 'GATE_UNREACHABLE';
  /** Of the last answer, if there was one. */
  readonly status: number | undefined;
  constructor(detail: string, status?: number, cause?: unknown) {
    super(detail, { cause });
    this.name = 'GateUnreachableError';
    this.status = status;
  }
}

/** Sends requests for leases to the gate that has the organisation. */
export class LeaseClient {
  readonly #urls: readonly string[];
  readonly #token: () => string | Promise<string>;
  /** By organisation. */
  readonly #known = new Map<string, string>();
  #first = 0;

  /** @throws RangeError for an address that is not one */
  constructor(urls: readonly string[], token: () => string | Promise<string>) {
    if (urls.length === 0)
      throw new RangeError('Name at least one gate in urls, like http://gate.internal:8090.');
    for (const url of urls) {
      if (!/^https?:/.test(url) || !URL.canParse(url)) {
        throw new RangeError(
          `urls has ${JSON.stringify(url)}: write an address like http://gate.internal:8090.`,
        );
      }
    }
    this.#urls = urls;
    this.#token = token;
  }

  /** @throws GateUnreachableError */
  async renew(request: LeasesRequest): Promise<LeasesAnswer> {
    let url = this.#known.get(request.org_id) ?? this.#urls[this.#first] ?? '';
    for (let hop = 0; ; hop += 1) {
      const answer = await this.#post(url, request);
      if ('leases' in answer) {
        if (this.#known.size >= MAX_KNOWN) this.#known.clear();
        this.#known.set(request.org_id, url);
        return answer;
      }
      if (hop === MAX_HOPS) throw new GateUnreachableError('No gate has the organisation.', 409);
      url = answer.gate_url;
    }
  }

  async #post(url: string, request: LeasesRequest): Promise<LeasesAnswer | { gate_url: string }> {
    try {
      const response = await fetch(new URL('/v1/leases', url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await this.#token()}` },
        body: JSON.stringify(request),
        redirect: 'error',
        signal: AbortSignal.timeout(REQUEST_WITHIN_MS),
      });
      const answer: unknown = await response.json();
      if (response.status === 200 && compiled(LeasesAnswer).check(answer)) return answer;
      if (response.status === 409 && compiled(OtherGate).check(answer)) return answer;
      throw new GateUnreachableError(`The gate ${url} answered ${response.status}.`, response.status);
    } catch (error) {
      this.#known.delete(request.org_id);
      this.#first = (this.#first + 1) % this.#urls.length;
      if (error instanceof GateUnreachableError) throw error;
      throw new GateUnreachableError(`The gate ${url} did not answer.`, undefined, error);
    }
  }
}
