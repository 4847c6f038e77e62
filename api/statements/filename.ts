import type { StatementDocument } from './document.ts';

/** The header that makes a browser save the file; other characters than these would need quoting rules (RFC 6266). */
export function attachment({ org_id, product, from, to }: StatementDocument, extension: string): string {
  const name = ['statement', org_id, product, from, to].join('-').replaceAll(/[^\w.-]/g, '_');
  return `attachment; filename="${name}.${extension}"`;
}
