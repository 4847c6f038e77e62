import { isSchemaId, registryHeader, schemaIdOf } from '../../schemas/registry-framing.ts';

describe('the framing of a schema registry', () => {
  it('is a magic byte 0 and the id as four bytes, big endian', () => {
    expect(registryHeader(0x01020304).toString('hex')).toBe('0001020304');
  });

  it.each([1, 255, 256, 2 ** 31 - 1])('keeps the id %i', (id) => {
    expect(schemaIdOf(Buffer.concat([registryHeader(id), Buffer.from('body')]))).toBe(id);
  });

  it('has no id if it is cut off or begins with another byte', () => {
    for (const hex of ['', '00', '00000000', 'c301000000', '0100000001']) {
      expect([hex, schemaIdOf(Buffer.from(hex, 'hex'))]).toEqual([hex, undefined]);
    }
  });

  it('has ids that no registry gives out: 0, negative and fractional ones, and those beyond 31 bits', () => {
    expect([1, 2 ** 31 - 1].map(isSchemaId)).toEqual([true, true]);
    expect([0, -1, 1.5, 2 ** 31, Number.NaN].map(isSchemaId)).toEqual([false, false, false, false, false]);
    expect(schemaIdOf(Buffer.from('00ffffffff', 'hex'))).toBe(2 ** 32 - 1);
  });
});
