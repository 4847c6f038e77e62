import { useState } from 'preact/hooks';
import { ApiError, download, orgPath, type Query } from '../state/client.ts';
import { problemText } from '../state/problem-text.ts';

/** Buttons for the listed days as files and on paper. */
export function Downloads({ org, query }: { readonly org: string; readonly query: Query }) {
  const [problem, setProblem] = useState('');
  const save = async (extension: string): Promise<void> => {
    setProblem('');
    try {
      await download(orgPath(org, `billing/statement.${extension}`), query);
    } catch (error) {
      setProblem(error instanceof ApiError ? problemText(error).detail : String(error));
    }
  };
  return (
    <div class="downloads">
      {problem !== '' && (
        <span class="warn" role="alert">
          {problem}
        </span>
      )}
      <button type="button" onClick={() => void save('csv')}>
        Download CSV
      </button>
      <button type="button" onClick={() => void save('pdf')}>
        Download PDF
      </button>
      <button type="button" onClick={() => print()}>
        Print
      </button>
    </div>
  );
}
