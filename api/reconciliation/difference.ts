import { Type, type Static } from 'typebox';
import { DIFFERENCES, type Difference } from '../../store/reconciliation/difference.ts';

export const DifferenceAnswer = Type.Object(
  {
    name: Type.Enum(Object.keys(DIFFERENCES)),
    where: Type.String({ description: 'A partition and its offsets, an hour, or an organisation’s day.' }),
    expected: Type.String({ description: 'A count, or an exact decimal.' }),
    found: Type.String(),
    action: Type.String({ description: 'What to do about it.' }),
  },
  { additionalProperties: false },
);

export const differenceJson = ({
  name,
  where,
  expected,
  found,
}: Difference): Static<typeof DifferenceAnswer> => ({
  name,
  where,
  expected,
  found,
  action: DIFFERENCES[name],
});
