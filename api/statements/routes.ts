import { Type } from 'typebox';
import { DaysQuery } from '../billing/days-query.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { CSV_MEDIA_TYPE } from '../http/csv.ts';
import { OrgParams } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { statementCsv } from './csv.ts';
import { readStatementDocument, type StatementDocument } from './document.ts';
import { statementAttachment } from './filename.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** The days of /billing/days as files, with the same figures. */
export function statementRoutes(app: ApiServer, sources: ApiDependencies): void {
  const inTurn = oneAtATime();
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/billing/statement.csv',
    config: { access: 'read-billing' },
    schema: {
      summary: 'A statement as CSV',
      params: OrgParams,
      querystring: DaysQuery,
      response: { 200: { description: 'RFC 4180', content: { 'text/csv': { schema: Type.String() } } } },
    },
    handler: async ({ params, query }, reply) => {
      const document = await readStatementDocument(sources, params.org, query);
      return reply
        .header('content-disposition', statementAttachment(document, 'csv'))
        .type(CSV_MEDIA_TYPE)
        .send(statementCsv(document));
    },
  });
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/billing/statement.pdf',
    config: { access: 'read-billing' },
    schema: {
      summary: 'A statement as PDF',
      params: OrgParams,
      querystring: DaysQuery,
      response: {
        200: {
          description: 'A4 pages',
          content: {
            'application/pdf': { schema: Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }) },
          },
        },
      },
    },
    handler: async ({ params, query }, reply) => {
      const document = await readStatementDocument(sources, params.org, query);
      return reply
        .header('content-disposition', statementAttachment(document, 'pdf'))
        .type('application/pdf')
        .send(await inTurn(() => printed(document)));
    },
  });
}

/** Loads the PDF library with the first statement: it takes a third of the API's load time. */
async function printed(document: StatementDocument): Promise<Buffer> {
  const { statementPdf } = await import('./pdf.ts');
  return statementPdf(document);
}
