import { aclCommands, kafkaAcls, PROGRAMS } from '../../cli/acls.ts';
import { projectFile } from '../../schemas/root.ts';
import { topicNames } from '../../schemas/topics.ts';
import { aclTable } from './acl-table.ts';

const topics = topicNames();
const acls = kafkaAcls(topics, '', 'landing');
const writersOf = (topic: string): string[] =>
  acls.filter(({ name, operation }) => name === topic && operation === 'Write').map(({ program }) => program);

const withoutPadding = (text: string): string => text.replaceAll(/ +/g, ' ').replaceAll(/-{3,}/g, '---');

/** test/integration/secured-kafka.int.test.ts runs the pipeline with them. */
describe('the ACLs', () => {
  it('let few programs write what decides money', () => {
    expect(writersOf(topics.settings)).toEqual(['alerts', 'api', 'operator']);
    expect(writersOf(topics.dailyCharges)).toEqual(['aggregator', 'recompute']);
  });

  it('let one program create topics, and only those that read records use groups', () => {
    const creators = acls.filter(({ operation }) => operation === 'Create').map(({ program }) => program);
    expect(new Set(creators)).toEqual(new Set(['topics']));
    const members = acls.filter(({ resource }) => resource === 'group').map(({ program }) => program);
    expect(members).toEqual(['consumer', 'api', 'gate', 'dead-letters']);
  });

  it('are printed for every program', () => {
    const printed = aclCommands(acls).join('\n');
    for (const program of Object.keys(PROGRAMS)) expect(printed).toContain(`User:${program} `);
  });

  it('are those of docs/operations.md', () => {
    const documented = new Set(withoutPadding(projectFile('docs', 'operations.md')).split('\n'));
    const missing = withoutPadding(aclTable())
      .split('\n')
      .filter((row) => !documented.has(row));
    expect(missing).toEqual([]);
  });
});
