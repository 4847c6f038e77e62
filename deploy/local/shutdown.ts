/** Ends what was started, in the reverse order. */
export interface Shutdown {
  add(end: () => Promise<unknown>): void;
  /** Ends everything, also where a part fails. Calling it again waits for the same shutdown. */
  run(): Promise<void>;
  readonly isRunning: boolean;
}

/** @param report gets the errors of the parts that failed to end */
export function createShutdown(report: (error: unknown) => void): Shutdown {
  const ends: (() => Promise<unknown>)[] = [];
  let ended: Promise<void> | undefined;
  const endAll = async (): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end().catch(report);
  };
  return {
    add: (end) => void ends.push(end),
    run: () => (ended ??= endAll()),
    get isRunning() {
      return ended !== undefined;
    },
  };
}

/** The terminal and npm each deliver one Ctrl-C: only a later signal is a second one. */
const SECOND_SIGNAL_AFTER_MS = 1_000;

const PARENT_POLL_MS = 500;

/**
 * Under `npm start`, ending npm means ending this process. npm passes SIGTERM on, but not when it is killed.
 * Started any other way, this process outlives its parent (nohup, a terminal that closes).
 */
export function onNpmGone(end: () => void, env: NodeJS.ProcessEnv): void {
  if (env['npm_lifecycle_event'] !== 'start') return;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    end();
  }, PARENT_POLL_MS);
  timer.unref();
}

/** @param end called at the first signal @param force called at one that comes more than a second later */
export function onSignals(end: (signal: string) => void, force: () => void, now: () => number): void {
  let firstAt: number | undefined;
  const onSignal = (signal: string): void => {
    if (firstAt === undefined) {
      firstAt = now();
      end(signal);
    } else if (now() - firstAt > SECOND_SIGNAL_AFTER_MS) force();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
}
