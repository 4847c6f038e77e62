import { DownloadButton } from '../components/download-button.tsx';
import { orgPath } from '../state/client.ts';
import type { Query } from '../state/send.ts';
import { filterParams, type Dimension } from '../state/filters.ts';

interface UsageDownloadProps {
  readonly org: string;
  /** The range, the product and the groups of the figures on screen. */
  readonly query: Query;
  readonly title: string;
  /** The panel's own dimension, whose filter its figures leave out. */
  readonly without?: Dimension;
}

/** The figures of a panel as a file: all of them, where the panel names the largest. */
export function UsageDownload({ org, query, title, without }: UsageDownloadProps) {
  return (
    <DownloadButton
      isLink
      label="Download CSV"
      title={title}
      path={orgPath(org, 'usage.csv')}
      query={[...query, ...filterParams(without)]}
    />
  );
}
