import { kafkaAcls, PROGRAMS, type Acl } from '../../cli/acls.ts';
import { topicNames } from '../../schemas/topics.ts';

const code = (text: string): string => `\`${text}\``;

/** The table of docs/operations.md, from the ACLs that are printed and applied. */
export function aclTable(): string {
  const acls = kafkaAcls(topicNames(), '', 'landing');
  const rows = Object.entries(PROGRAMS).map(([program, is]) => {
    const own = acls.filter((acl) => acl.program === program);
    const named = (operation: string): string =>
      own
        .filter((acl) => acl.operation === operation)
        .map(shown)
        .join(', ');
    const others = [...new Set(own.map(({ operation }) => operation))].filter(
      (operation) => operation !== 'Write' && operation !== 'Read',
    );
    const other = others.map((operation) => `${operation}: ${named(operation)}`).join('; ');
    return [program, is, named('Write'), named('Read'), other];
  });
  const lines = [['user', 'is', 'Write', 'Read', 'other'], ['---', '---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const shown = ({ resource, name, isPrefix }: Acl): string =>
  resource === 'group' ? `the groups ${code(`${name}${isPrefix ? '*' : ''}`)}` : code(name);
