import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { impureImports, readSources, upwardImports, type Source } from './layers.ts';

const root = projectRoot();
const sources = readSources(root);
const shipped = sources.filter(({ path }) => !path.startsWith('test/'));

/** Packages that the registry which this lock was made with does not have: chdb names their version, not their hash. */
const UNSEEN = /@chdb\/lib-(darwin-(arm64|x64)|linux-arm64-gnu)$/;

interface LockedPackage {
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function lockedPackages(text: string): (readonly [path: string, locked: LockedPackage])[] {
  const { packages }: { packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(text);
  return Object.entries(packages);
}

/** Alternatives of benchmarks: processes with kafkajs as it is. */
const ALONE = new Set(['test/bench/json-landing.ts', 'test/bench/kafkajs-publisher.ts']);

const offenders = (isOffence: (source: Source) => boolean): string[] =>
  shipped.filter(isOffence).map(({ path }) => path);

describe('SQL', () => {
  it('never says PREWHERE, which together with FINAL is applied before replacing and gives wrong figures', () => {
    expect(offenders(({ text }) => /\bPREWHERE\b/i.test(text))).toEqual([]);
  });

  it('compares hours with a literal list: IN arrayMap(...) becomes has(...), which prunes nothing', () => {
    expect(offenders(({ text }) => /\bIN arrayMap\(/i.test(text))).toEqual([]);
  });
});

describe('times in SQL', () => {
  const TIME_FUNCTION = /\b(toDateTime(64)?|fromUnixTimestamp(64(Milli|Micro|Nano))?|parseDateTime\w*)\(/;
  // A DateTime64 that is compared with a DateTime is pruned wrongly; so are bounds of other types (sql-time.ts).
  const MIXED =
    /\b(occurred_at|closed_at|appended_at|landed_at|day_from|day_to|until)\b\s*(=|<|>|<=|>=|!=|BETWEEN|IN)\s*(\$\{second|\{\w+:(UInt|Date|String)|')|\b(bucket|hour)\b\)?\s*(=|<|>|<=|>=|!=|BETWEEN)\s*(\$\{instant|\{\w+:)/;

  it('are made in one place', () => {
    const makers = shipped.filter(({ path, text }) => path.endsWith('.ts') && TIME_FUNCTION.test(text));
    expect(makers.map(({ path }) => path)).toEqual(['platform/clickhouse/sql-time.ts']);
  });

  it('are compared with columns of their own type', () => {
    expect(offenders(({ path, text }) => path.endsWith('.ts') && MIXED.test(text))).toEqual([]);
    for (const wrong of [
      "occurred_at < ${second('to')}",
      'occurred_at >= {from:UInt32}',
      "bucket >= ${instant('from')}",
      "closed_at <= '2026-01-01'",
    ]) {
      expect(wrong).toMatch(MIXED);
    }
    expect("toStartOfHour(occurred_at) >= ${second('from')}").not.toMatch(MIXED);
  });
});

describe('Kafka', () => {
  it('is appended to in one place, where an acknowledgement is the broker’s for that very record', () => {
    const usesProducer = /\.producer\(|\bproducer\.send(Batch)?\(|\.transaction\(/i;
    expect(offenders(({ text }) => usesProducer.test(text))).toEqual([
      'platform/kafka/producer-connection.ts',
      // Records of a restore, which compares the topic afterwards with what it appended.
      'platform/kafka/skip-offsets.ts',
    ]);
    expect(offenders(({ text }) => text.includes('new ProducerConnection('))).toEqual([
      'platform/kafka/acknowledged-producer.ts',
    ]);
  });
});

describe('connections to Kafka', () => {
  it('are opened in one place, with the security that the configuration names', () => {
    expect(offenders(({ text }) => /\bnew Kafka\(/.test(text))).toEqual(['platform/kafka/connect.ts']);
    const takesVariables = /\.\.\.kafkaVariables\b|, kafkaVariables\)/;
    expect(offenders(({ text }) => takesVariables.test(text) && !text.includes('readKafkaConfig('))).toEqual(
      [],
    );
  });
});

describe('the folders', () => {
  it('import only from the layers below them', () => {
    expect(upwardImports(sources)).toEqual([]);
  });

  it('leave I/O out of domain/', () => {
    expect(impureImports(sources)).toEqual([]);
  });

  it('take kafkajs’s values from the one file that replaces its modules before it is loaded', () => {
    const files = sources.filter(({ path }) => !ALONE.has(path));
    const takers = files.filter(({ text }) => /^import (?!type )[^;]*from 'kafkajs'/m.test(text));
    expect(takers.map(({ path }) => path)).toEqual([]);
  });

  it('never import the main.ts of a process', () => {
    expect(offenders(({ text }) => /from '\.[^']*\/main\.ts'/.test(text))).toEqual([]);
  });

  it('have no util, helper or common, no barrel and no default export', () => {
    expect(offenders(({ path }) => /(^|\/)(utils?|helpers?|common|index)(\.ts|\/)/.test(path))).toEqual([]);
    expect(offenders(({ path, text }) => /\.tsx?$/.test(path) && /^export default/m.test(text))).toEqual([]);
  });
});

const file = (path: string, target: string): Source => ({ path, text: `import { x } from '${target}';` });

describe('the rule of the layers', () => {
  it.each([
    ['from the ground into any layer', file('schemas/topics.ts', '../platform/config.ts')],
    ['from a layer into the roof', file('platform/config.ts', '../deploy/local/stack.ts')],
    ['from one process into another', file('api/config.ts', '../aggregator/config.ts')],
    ['out of a .tsx file', file('api/dashboard/web/panels/bill.tsx', '../../../../cli/table.ts')],
    ['that takes only a type', { path: 'domain/money.ts', text: `import type { X } from '../store/x.ts';` }],
    ['that is dynamic', { path: 'store/x.ts', text: `const { y } = await import('../api/y.ts');` }],
    ['from a room of the consumers into the one above', file('consumers/fetch/a.ts', '../write/b.ts')],
  ])('finds an import %s', (_, source) => {
    expect(upwardImports([source])).toHaveLength(1);
  });

  it.each([
    file('cli/org.ts', '../aggregator/recompute/apply.ts'),
    file('consumers/write/a.ts', '../fetch/b.ts'),
    file('consumers/intake.ts', './write/b.ts'),
    file('api/app.ts', 'fastify'),
  ])('lets $path import what is below it', (source) => {
    expect(upwardImports([source])).toEqual([]);
  });

  it('finds I/O in domain/', () => {
    expect(impureImports([file('domain/money.ts', 'node:fs')])).toHaveLength(1);
    expect(impureImports([file('domain/money.ts', '../platform/config.ts')])).toHaveLength(1);
  });
});

describe.each(['package-lock.json', 'deploy/node/package-lock.json'])(
  'the repository, in %s,',
  (lockFile) => {
    const text = readFileSync(join(root, lockFile), 'utf8');
    const entries = lockedPackages(text);

    it('names no registry host', () => {
      expect(text).not.toMatch(/"resolved"/);
    });

    it('pins the content of every package', () => {
      const installed = entries.filter(([path]) => path !== '');
      const unpinned = installed.filter(([path, { integrity }]) => !integrity && !UNSEEN.test(path));
      expect(unpinned).toEqual([]);
    });

    it('lists what other platforms install, so that npm ci works there', () => {
      const listed = new Set(entries.map(([path]) => path.replace(/^.*node_modules\//, '')));
      const wanted = entries.flatMap(([, { optionalDependencies = {} }]) =>
        Object.keys(optionalDependencies),
      );
      expect(wanted.filter((name) => !listed.has(name))).toEqual([]);
    });
  },
);
