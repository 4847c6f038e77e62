import type { CompletePublisherOptions } from '../complete-options.ts';
import type { CreateFile } from './append-file.ts';
import type { SpoolOptions } from './spool-options.ts';

export interface SpooledPublisherOptions extends CompletePublisherOptions {
  readonly spool: SpoolOptions;
  /** Tests let files fail. */
  readonly createFile?: CreateFile | undefined;
}
