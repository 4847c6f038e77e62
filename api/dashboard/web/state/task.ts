import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api-error.ts';

/** Work of several requests that a reader starts, follows and may cancel. */
export interface Task<Progress> {
  readonly isRunning: boolean;
  /** What it has come to, so far or at its end; undefined before it begins. */
  readonly progress: Progress | undefined;
  readonly error: ApiError | undefined;
  readonly start: () => void;
  readonly cancel: () => void;
}

/** Cancelled too when the panel that runs it goes. @param onDone called at the end, unless it fails or is cancelled */
export function useTask<Progress>(
  work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<Progress>,
  onDone: (result: Progress) => void = () => undefined,
): Task<Progress> {
  const [progress, setProgress] = useState<Progress>();
  const [error, setError] = useState<ApiError>();
  const [isRunning, setIsRunning] = useState(false);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const start = async (): Promise<void> => {
    const abort = new AbortController();
    running.current = abort;
    setIsRunning(true);
    setError(undefined);
    setProgress(undefined);
    try {
      const result = await work(abort.signal, (next) => {
        if (!abort.signal.aborted) setProgress(() => next);
      });
      if (abort.signal.aborted) return;
      setProgress(() => result);
      onDone(result);
    } catch (caught) {
      if (!abort.signal.aborted) {
        setError(caught instanceof ApiError ? caught : new ApiError(0, 'broken', String(caught)));
      }
    } finally {
      if (running.current === abort) setIsRunning(false);
    }
  };
  return {
    isRunning,
    progress,
    error,
    start: () => void start(),
    cancel: () => {
      running.current?.abort();
      setIsRunning(false);
    },
  };
}
