import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';

const Price = Type.Object(
  { from: Type.Integer({ minimum: 0 }), rate: Type.String() },
  { additionalProperties: false },
);
const { check, validationErrors } = compiled(Type.Array(Price));

describe('a value', () => {
  it('that matches its schema is valid', () => {
    expect(check([{ from: 0, rate: '0.02' }])).toBe(true);
  });

  it('that does not match has every validation error and its place', () => {
    const value = [{ from: -1, rate: '0.02' }, { from: 5 }];
    expect(check(value)).toBe(false);
    expect(validationErrors(value)).toEqual([
      { path: '/0/from', message: 'must be >= 0' },
      { path: '/1', message: 'must have required properties rate' },
    ]);
  });

  it('with an unknown property has one error, at the path of the property', () => {
    expect(validationErrors([{ from: 0, rate: '0.02', to: 9 }])).toEqual([
      { path: '/0/to', message: 'is not a known property' },
    ]);
  });
});
