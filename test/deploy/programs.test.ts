import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { projectFile, projectRoot } from '../../schemas/root.ts';
import { readDockerfile } from './image/dockerfile.ts';

const Manifest = Type.Object({ scripts: Type.Record(Type.String(), Type.String()) });
/** Rows of the table "What runs": a program, and the npm script that runs it in a checkout. */
const ROW = /^\| `node (\S+)`\s*\|(?:[^|\n]*`npm run ([\w-]+)`)?/gm;

const listed = [...projectFile('docs', 'deployment.md').matchAll(ROW)].map(([, program = '', script]) => ({
  program,
  script,
}));
const copied = readDockerfile()
  .at(-1)
  ?.steps.flatMap((step) => ('copy' in step && step.from === undefined ? step.copy : []));

const inImage = (path: string): boolean =>
  copied?.some((each) => path === each || path.startsWith(`${each}/`)) === true;

describe('docs/deployment.md', () => {
  it('lists every program of the image, and the image has each of them', () => {
    const { scripts } = Value.Parse(Manifest, JSON.parse(projectFile('package.json')));
    const byScript = Object.entries(scripts).flatMap(([script, command]) => {
      const program = /deploy\/run\.ts (?:--\w+ )?(\S+\.ts)/.exec(command)?.[1] ?? '';
      const isTool = program.startsWith('api/dashboard/');
      return inImage(program) && !isTool ? [{ program, script }] : [];
    });
    const processes = ['consumers', 'aggregator', 'alerts', 'gate', 'api'].map(
      (folder) => `${folder}/main.ts`,
    );
    const all = [
      ...processes.map((program) => ({ program, script: undefined })),
      ...byScript,
      { program: 'deploy/image/healthy.ts', script: undefined },
    ];
    const ordered = (rows: typeof all) => rows.toSorted((a, b) => a.program.localeCompare(b.program));
    expect(ordered(listed)).toEqual(ordered(all));
    expect(listed.filter(({ program }) => !existsSync(join(projectRoot(), program)))).toEqual([]);
  });
});
