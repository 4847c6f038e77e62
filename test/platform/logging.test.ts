import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';

it('logs a request without its query string and without the address of its client', () => {
  const module = pathToFileURL(join(projectRoot(), 'platform/logging.ts')).href;
  const program = `import { createLogger } from '${module}';
    const req = { method: 'GET', url: '/v1/orgs/acme/calls?user=anna', socket: { remoteAddress: '203.0.113.7' } };
    createLogger('api', 'info').info({ req }, 'incoming request');`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  const line: unknown = JSON.parse(stdout);
  expect(line).toMatchObject({ process: 'api', req: { method: 'GET', url: '/v1/orgs/acme/calls' } });
  expect(stdout).not.toMatch(/anna|203\.0\.113/);
});
