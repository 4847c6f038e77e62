import type { Static } from 'typebox';
import { apiReport, sdkDeclarations } from '../../../deploy/sdk/declarations.ts';
import { CallEventInput as Shape } from '../../../schemas/call-event-input.ts';
import type { CallEventInput } from '../../../schemas/call-event-fields.ts';
import { projectFile } from '../../../schemas/root.ts';
import { call } from '../sample-event.ts';

const declarations = sdkDeclarations();

/** Compiles only while the documented fields and the shape that publish() checks are the same. */
const toShape = (input: CallEventInput): Static<typeof Shape> => input;
const fromShape = (input: Static<typeof Shape>): CallEventInput => input;

describe('the public API of the SDK', () => {
  it('is the one of producers/sdk/api-report.txt: `npm run sdk -- --report` records a change that is meant', () => {
    expect(apiReport(declarations)).toBe(projectFile('producers', 'sdk', 'api-report.txt'));
  });

  it('names no type of Node, which a user need not have', () => {
    expect(apiReport(declarations)).not.toMatch(/\b(Buffer|NodeJS|EventEmitter)\b/);
  });

  it('documents every field that publish() takes, and no other', () => {
    const [fields] = /type CallEventInput = \{[^}]*\}/.exec(apiReport(declarations)) ?? [''];
    const names = [...fields.matchAll(/^\s*(\w+)\??:/gm)].map(([, name]) => name);
    expect(names).toEqual(Object.keys(Shape.properties));
    expect(fromShape(toShape(call()))).toEqual(call());
  });

  it('has its present version in the changelog, at the top', () => {
    const { version } = JSON.parse(projectFile('producers', 'sdk', 'manifest.json'));
    const [newest] = projectFile('producers', 'sdk', 'CHANGELOG.md').match(/^## .*$/m) ?? [];
    expect(newest).toBe(`## ${version}`);
  });
});
