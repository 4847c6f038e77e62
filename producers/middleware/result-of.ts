/**
 * Calls a function that the platform gave.
 * @throws what it throws; TypeError where it returns a promise, which nothing would wait for
 */
export function resultOf<Result>(name: string, run: () => Result): Result {
  const result = run();
  if (!isPromise(result)) return result;
  // Its rejection has no other listener and would end the process.
  result.then(undefined, () => undefined);
  throw new TypeError(
    `${name} returned a promise, but it must not wait: find out before the handler runs, keep it on the request, ` +
      `and return it from ${name} at once.`,
  );
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
