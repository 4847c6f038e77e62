import { messageOf } from '../command-line/command.ts';
import { printableText } from '../printable-text.ts';
import { ConfigError, type Environment } from '../config.ts';
import { createLogger, type Logger } from '../logging.ts';
import { stopOnSignal, type Stop } from './stop-on-signal.ts';

/** What every process reads (variables.ts, processVariables). */
interface ProcessConfig {
  readonly LOG_LEVEL: string;
  readonly STOP_TIMEOUT_MS: number;
}

export interface ProcessDefinition<Config extends ProcessConfig> {
  /** Names the process in its log lines. */
  readonly name: string;
  /** Throws ConfigError with every problem at once. */
  readonly readConfig: (env: Environment) => Config;
  /** What becomes of work that a failure, or a stop that takes too long, leaves undone. For the log. */
  readonly unfinished: string;
}

/** What a process works with. */
export interface RunningProcess<Config> {
  readonly config: Config;
  readonly logger: Logger;
  /** Sets how the process stops. A signal that comes earlier ends it at once. */
  readonly onStop: (stop: Stop) => void;
  /** Aborts when a stop has used up STOP_TIMEOUT_MS; the process exits right after. */
  readonly giveUp: AbortSignal;
  /** Logs why the process cannot go on and exits with code 1. */
  readonly fail: (error: unknown) => void;
}

/**
 * How every process starts, fails and stops. It reads its configuration, runs `main`, and keeps running until
 * SIGTERM or SIGINT, or until something fails. Exit code 0 after a complete stop, 1 otherwise.
 *
 * A failure is one structured line on standard output for log collectors, and plain text on standard error for
 * people.
 */
export async function runProcess<Config extends ProcessConfig>(
  { name, readConfig, unfinished }: ProcessDefinition<Config>,
  main: (running: RunningProcess<Config>) => Promise<void>,
): Promise<void> {
  // The log level is part of the configuration that may be invalid.
  let logger = createLogger(name, 'info');
  const fail = (error: unknown): never => {
    if (error instanceof ConfigError) {
      logger.fatal({ code: error.code, problems: error.problems }, 'invalid configuration');
    } else logger.fatal({ err: error }, `failed: ${unfinished}`);
    process.stderr.write(`${printableText(messageOf(error))}\n`);
    process.exit(1);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  try {
    const config = readConfig(process.env);
    logger = createLogger(name, config.LOG_LEVEL);
    const { onStop, giveUp } = stopOnSignal(logger, config.STOP_TIMEOUT_MS, unfinished);
    await main({ config, logger, onStop, giveUp, fail });
  } catch (error) {
    fail(error);
  }
}
