import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';

const Price = Type.Object(
  { from: Type.Integer({ minimum: 0 }), rate: Type.String() },
  { additionalProperties: false },
);
const { check, validationErrors } = compiled(Type.Array(Price));

describe('a value', () => {
  it('of its schema passes', () => {
    expect(check([{ from: 0, rate: '0.02' }])).toBe(true);
  });

  it('that deviates is told everything that is wrong with it, and where', () => {
    const value = [{ from: -1, rate: '0.02' }, { from: 5 }];
    expect(check(value)).toBe(false);
    expect(validationErrors(value)).toEqual([
      { path: '/0/from', message: 'must be >= 0' },
      { path: '/1', message: 'must have required properties rate' },
    ]);
  });

  it('is told an unknown property once, by the property’s own path', () => {
    expect(validationErrors([{ from: 0, rate: '0.02', to: 9 }])).toEqual([
      { path: '/0/to', message: 'is nothing that is known here' },
    ]);
  });
});
