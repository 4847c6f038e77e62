import { Type } from 'typebox';
import { compileSerializer } from '../../../api/http/serializers.ts';

const route = { method: 'GET', url: '/', httpStatus: '200' };

describe('the serializer of an answer', () => {
  it('omits fields that its schema does not name, and fails if one is missing', () => {
    const write = compileSerializer({
      ...route,
      schema: Type.Object({ calls: Type.Integer() }, { additionalProperties: false }),
    });
    expect(write({ calls: 3, secret: 'x' })).toBe('{"calls":3}');
    expect(() => write({})).toThrow('"calls" is required!');
  });

  it('resolves the problem that every route refers to', () => {
    const write = compileSerializer({ ...route, schema: Type.Ref('Problem') });
    const problem = { type: 'not-found', title: 'x', status: 404, detail: 'y', errors: [] };
    expect(JSON.parse(write(problem))).toEqual(problem);
  });

  it('is compiled with the first answer, not for a route without requests', () => {
    const broken = { type: 'no such type' };
    const write = compileSerializer({ ...route, schema: broken });
    expect(() => write({})).toThrow('schema is invalid');
  });
});
