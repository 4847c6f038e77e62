import { useEffect, useRef, useState } from 'preact/hooks';
import { sizeText } from '../formats.ts';
import { ApiError } from '../state/api-error.ts';
import { download } from '../state/download.ts';
import type { Query } from '../state/send.ts';
import { problemText } from '../state/problem-text.ts';

/** From then on a download shows its progress. */
const SLOW_MS = 1_000;

interface DownloadButtonProps {
  /** What the file is, such as "Download CSV". */
  readonly label: string;
  /** The label and what it belongs to, where several buttons share one: what screen readers say. */
  readonly title?: string;
  readonly path: string;
  readonly query: Query;
  /** Like a link, where a button would be too loud. */
  readonly isLink?: boolean;
}

/** Downloads a file. A slow one shows its progress and can be cancelled; a failed one says why. */
export function DownloadButton({ label, title, path, query, isLink = false }: DownloadButtonProps) {
  const [progress, setProgress] = useState<number>();
  const [isSlow, setIsSlow] = useState(false);
  const [problem, setProblem] = useState('');
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const save = async (): Promise<void> => {
    const abort = new AbortController();
    running.current = abort;
    setProblem('');
    setProgress(0);
    const timer = setTimeout(() => setIsSlow(true), SLOW_MS);
    try {
      await download(path, query, { signal: abort.signal, onProgress: setProgress });
    } catch (error) {
      if (!abort.signal.aborted) setProblem(error instanceof ApiError ? textOf(error) : String(error));
    } finally {
      clearTimeout(timer);
      setIsSlow(false);
      setProgress(undefined);
    }
  };
  return (
    <span class="download">
      <button
        type="button"
        class={isLink ? 'link' : undefined}
        title={title}
        aria-label={title}
        disabled={progress !== undefined}
        onClick={() => void save()}
      >
        {label}
      </button>
      {isSlow && (
        <span role="status">
          {progress === undefined || progress === 0 ? 'Preparing …' : `${sizeText(progress)} so far …`}{' '}
          <button type="button" class="link" onClick={() => running.current?.abort()}>
            Cancel
          </button>
        </span>
      )}
      {problem !== '' && (
        <span class="warn" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}

/** The title of a problem says that something could not be shown; here nothing was to be shown. */
const textOf = (error: ApiError): string => problemText(error).detail;
