import { Type } from 'typebox';

/** How many there are in an answer: calls, days, records. */
export const Count = Type.Integer({ minimum: 0 });

/** Credits in an answer: whole ones (interfaces.md, HTTP). */
export const Credits = Type.Integer({ minimum: 0 });
