import { NotSettledError, untilSettled, type Pipeline } from '../../deploy/local/settled.ts';
import { readPatiently } from './broker-reads.ts';

const SETTLED_WITHIN_MS = 300_000;

/** After the last fault a leader may move, and a connection between the shards from before it may fail a statement. */
export const untilItSettles = (pipeline: Pipeline): Promise<void> =>
  readPatiently(
    () => untilSettled(pipeline, SETTLED_WITHIN_MS),
    (error) => error instanceof NotSettledError,
  );
