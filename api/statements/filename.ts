import { attachment } from '../http/attachment.ts';
import type { StatementDocument } from './document.ts';

/** The Content-Disposition of a statement. */
export const statementAttachment = (
  { org_id, product, from, to }: StatementDocument,
  extension: string,
): string => attachment(['statement', org_id, product, from, to], extension);
