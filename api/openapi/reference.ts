import { projectFile } from '../../schemas/root.ts';
import { serveFiles } from '../http/files.ts';
import type { ApiServer } from '../server.ts';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>api-credits: API reference</title>
    <link rel="icon" href="/favicon.svg" type="image/svg+xml">
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;
const START = `SwaggerUIBundle({ dom_id: '#swagger-ui', url: '/openapi.json', deepLinking: true, tryItOutEnabled: true });
`;

/** The files of @fastify/swagger-ui without its plugin, which depends on @fastify/static and serves a directory. */
const ofPackage = (name: string): string =>
  projectFile('node_modules', '@fastify', 'swagger-ui', 'static', name);

/** The OpenAPI document as a web page: Swagger UI from its package, with nothing from other servers. */
export function referencePages(app: ApiServer): void {
  serveFiles(app, [
    { url: '/docs', mediaType: 'text/html; charset=utf-8', content: PAGE },
    { url: '/docs/start.js', mediaType: 'text/javascript; charset=utf-8', content: START },
    {
      url: '/docs/swagger-ui.css',
      mediaType: 'text/css; charset=utf-8',
      content: ofPackage('swagger-ui.css'),
    },
    {
      url: '/docs/swagger-ui-bundle.js',
      mediaType: 'text/javascript; charset=utf-8',
      content: ofPackage('swagger-ui-bundle.js'),
    },
  ]);
}
