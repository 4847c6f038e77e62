import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api-error.ts';

/** Data that is fetched again and again. */
export interface Live<Data> {
  /** The latest answer. It stays on screen while the next request runs, and when that request fails. */
  readonly data: Data | undefined;
  /** When the answer arrived, epoch milliseconds by this computer's clock; 0 before the first one. */
  readonly answeredAt: number;
  /** Why the latest request failed; undefined after a success. */
  readonly error: ApiError | undefined;
  /** Whether `data` still answers the previous key. */
  readonly isPending: boolean;
  readonly refresh: () => void;
}

export interface Load<Data> {
  (signal: AbortSignal, publish: (part: Data) => void): Promise<Data>;
}

interface State<Data> {
  readonly key: string;
  readonly data?: Data;
  readonly answeredAt?: number;
  readonly error?: ApiError;
}

/** Epoch milliseconds of the first failed request in a row; 0 while requests succeed. */
export const failingSince = signal(0);

const RETRY_MS = 2_000;
/** Spend at most a fifth of the time on requests, so that a slow API gets fewer of them. */
const REST_PER_WORK = 4;

/**
 * Fetches at once, then every `everyMs` while the page is visible, and when it becomes visible again. The first
 * answer may arrive in parts (`publish`). Later ones replace it as a whole: figures that belong together change
 * together.
 * @param key identifies the request: a new key starts over
 * @param everyMs null to fetch once
 */
export function useLive<Data>(key: string, load: Load<Data>, everyMs: number | null): Live<Data> {
  const [state, setState] = useState<State<Data>>({ key: '' });
  const latestLoad = useRef(load);
  latestLoad.current = load;
  const refresh = useRef(() => {});

  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let hasData = false;
    let requests = 0;

    const request = async (): Promise<void> => {
      clearTimeout(timer);
      const startedAt = Date.now();
      const number = (requests += 1);
      // A newer request, or another key, wins.
      const isOutdated = (): boolean => abort.signal.aborted || number < requests;
      try {
        const data = await latestLoad.current(abort.signal, (part) => {
          if (!hasData && !isOutdated())
            setState((old) => (old.key === '' ? { key, data: part, answeredAt: Date.now() } : old));
        });
        if (isOutdated()) return;
        hasData = true;
        failingSince.value = 0;
        setState({ key, data, answeredAt: Date.now() });
        if (everyMs !== null) schedule(Math.max(everyMs, REST_PER_WORK * (Date.now() - startedAt)));
      } catch (error) {
        if (isOutdated()) return;
        const problem = error instanceof ApiError ? error : new ApiError(0, 'broken', String(error));
        setState((old) => ({ ...old, error: problem, ...(problem.status >= 400 && { key }) }));
        if (problem.isPermanent) return;
        failingSince.value ||= Date.now();
        schedule(RETRY_MS);
      }
    };
    const schedule = (ms: number): void => {
      timer = setTimeout(() => (document.hidden ? schedule(ms) : void request()), ms);
    };
    // Returning to the page shows current figures, not old ones.
    const onVisible = (): void => {
      if (everyMs !== null && !document.hidden) void request();
    };
    document.addEventListener('visibilitychange', onVisible);
    refresh.current = () => void request();
    void request();
    return () => {
      document.removeEventListener('visibilitychange', onVisible);
      abort.abort();
      clearTimeout(timer);
    };
  }, [key, everyMs]);

  return {
    data: state.data,
    answeredAt: state.answeredAt ?? 0,
    error: state.error,
    isPending: state.key !== key,
    refresh: () => refresh.current(),
  };
}
