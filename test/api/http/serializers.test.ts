import { Type } from 'typebox';
import { compileSerializer } from '../../../api/http/serializers.ts';

const route = { method: 'GET', url: '/', httpStatus: '200' };

describe('what writes an answer', () => {
  it('leaves out what its schema does not name, and fails where something is missing', () => {
    const write = compileSerializer({
      ...route,
      schema: Type.Object({ calls: Type.Integer() }, { additionalProperties: false }),
    });
    expect(write({ calls: 3, secret: 'x' })).toBe('{"calls":3}');
    expect(() => write({})).toThrow('"calls" is required!');
  });

  it('knows the problem that every route refers to', () => {
    const write = compileSerializer({ ...route, schema: Type.Ref('Problem') });
    const problem = { type: 'not-found', title: 'x', status: 404, detail: 'y', errors: [] };
    expect(JSON.parse(write(problem))).toEqual(problem);
  });

  it('is made at the first answer, not for a route that is never asked', () => {
    const broken = { type: 'no such type' };
    const write = compileSerializer({ ...route, schema: broken });
    expect(() => write({})).toThrow('schema is invalid');
  });
});
