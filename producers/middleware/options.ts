import type { MeterOptions } from './contract.ts';

export interface CheckedOptions {
  readonly costHeader: string | false;
  readonly sourceAddress: boolean;
  readonly maxWaiting: number;
}

/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * The options that have a default and can be wrong.
 * @throws RangeError that names the option
 */
export function checkedOptions({
  costHeader = 'x-credits',
  sourceAddress = false,
  maxWaiting = 10_000,
  gate,
  publisher,
}: Pick<MeterOptions<object>, 'costHeader' | 'sourceAddress' | 'maxWaiting' | 'publisher'> & {
  readonly gate?: object;
}): CheckedOptions {
  if (costHeader !== false && !TOKEN.test(costHeader)) {
    throw new RangeError(`costHeader is ${JSON.stringify(costHeader)}: give the name of a header, or false.`);
  }
  if (!Number.isSafeInteger(maxWaiting) || maxWaiting < 0) {
    throw new RangeError(`maxWaiting is ${maxWaiting}: give a whole number of at least 0.`);
  }
  if (gate !== undefined && publisher.resolvesWhenSpooled === true) {
    throw new RangeError(
      "A meter with a gate needs a spool that resolves when Kafka has the event: set spool.resolveWhen to 'acknowledged'.",
    );
  }
  return { costHeader, sourceAddress, maxWaiting };
}
