/** What was started, to be ended in the opposite order. */
export interface Shutdown {
  add(end: () => Promise<unknown>): void;
  /** Ends everything; a part that fails does not keep the others running. Called again, it is the same ending. */
  run(): Promise<void>;
  readonly isRunning: boolean;
}

/** @param report is told why a part did not end well */
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

/** Ctrl-C under npm is delivered twice, by the terminal and by npm: only a later signal is a second one. */
const SECOND_SIGNAL_AFTER_MS = 1_000;

const PARENT_LOOK_MS = 500;

/**
 * Under `npm start`, whoever ends npm means this process: npm passes SIGTERM on, but cannot when it is killed.
 * Started any other way, a parent may leave (nohup, a terminal that closes) and nothing happens.
 */
export function onNpmGone(end: () => void, env: NodeJS.ProcessEnv): void {
  if (env['npm_lifecycle_event'] !== 'start') return;
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    end();
  }, PARENT_LOOK_MS);
  timer.unref();
}

/** @param end for the first signal; @param force for one that comes more than a second later */
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
