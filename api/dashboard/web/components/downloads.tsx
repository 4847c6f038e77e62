import { orgPath } from '../state/client.ts';
import type { Query } from '../state/send.ts';
import { DownloadButton } from './download-button.tsx';

/** Buttons for the listed days as files and on paper. */
export function Downloads({ org, query }: { readonly org: string; readonly query: Query }) {
  return (
    <div class="downloads">
      <DownloadButton label="Download CSV" path={orgPath(org, 'billing/statement.csv')} query={query} />
      <DownloadButton label="Download PDF" path={orgPath(org, 'billing/statement.pdf')} query={query} />
      <button type="button" onClick={() => print()}>
        Print
      </button>
    </div>
  );
}
