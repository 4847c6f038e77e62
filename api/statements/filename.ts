import type { StatementDocument } from './document.ts';

/** The Content-Disposition that makes browsers save the file. Other characters would need quoting (RFC 6266). */
export function attachment({ org_id, product, from, to }: StatementDocument, extension: string): string {
  const name = ['statement', org_id, product, from, to].join('-').replaceAll(/[^\w.-]/g, '_');
  return `attachment; filename="${name}.${extension}"`;
}
