import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './client.ts';

/** What is shown of something that is read again and again. */
export interface Live<Data> {
  /** The last that was read: it stays while the next is on its way, and when that fails. */
  readonly data: Data | undefined;
  /** Why the last attempt failed; undefined once one succeeds. */
  readonly error: ApiError | undefined;
  /** Whether `data` is still that of what was asked before. */
  readonly isPending: boolean;
  readonly refresh: () => void;
}

export interface Load<Data> {
  (signal: AbortSignal, publish: (part: Data) => void): Promise<Data>;
}

/** Since when nothing can be read, epoch milliseconds; 0 while all is well. */
export const failingSince = signal(0);

const RETRY_MS = 2_000;
/** A slow API is asked less often: of the time it spends a fifth at most on one reader. */
const REST_PER_WORK = 4;

/**
 * Reads at once, then every so often while the page is visible, and when it becomes visible again. The first answer
 * may come in parts (`publish`); later ones replace it whole, so that figures which belong together change together.
 * @param key names what is asked: when it changes, the read begins anew. @param everyMs null to read once
 */
export function useLive<Data>(key: string, load: Load<Data>, everyMs: number | null): Live<Data> {
  const [state, setState] = useState<{ key: string; data?: Data; error?: ApiError }>({ key: '' });
  const latest = useRef(load);
  latest.current = load;
  const again = useRef(() => {});

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let hasData = false;
    let reads = 0;

    const read = async (): Promise<void> => {
      clearTimeout(timer);
      const startedAt = Date.now();
      const number = (reads += 1);
      // A newer read, or another question, has the say.
      const isOld = (): boolean => abort.signal.aborted || number < reads;
      try {
        const data = await latest.current(abort.signal, (part) => {
          if (!hasData && !isOld()) setState((old) => (old.key === '' ? { key, data: part } : old));
        });
        if (isOld()) return;
        hasData = true;
        failingSince.value = 0;
        setState({ key, data });
        if (everyMs !== null) plan(Math.max(everyMs, REST_PER_WORK * (Date.now() - startedAt)));
      } catch (error) {
        if (isOld()) return;
        const problem = error instanceof ApiError ? error : new ApiError(0, 'broken', String(error));
        setState((old) => ({ ...old, error: problem, ...(problem.status >= 400 && { key }) }));
        if (problem.isLasting) return;
        failingSince.value ||= Date.now();
        plan(RETRY_MS);
      }
    };
    const plan = (ms: number): void => {
      timer = setTimeout(() => (document.hidden ? plan(ms) : void read()), ms);
    };
    // Whoever comes back to the page sees what is, not what was.
    const comeBack = (): void => {
      if (everyMs !== null && !document.hidden) void read();
    };
    document.addEventListener('visibilitychange', comeBack);
    again.current = () => void read();
    void read();
    return () => {
      document.removeEventListener('visibilitychange', comeBack);
      abort.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs]);

  return {
    data: state.data,
    error: state.error,
    isPending: state.key !== key,
    refresh: () => again.current(),
  };
}
