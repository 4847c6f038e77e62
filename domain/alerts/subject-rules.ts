import { countText, creditThreshold, percentText, shareOf, standing, type Measured } from './measured.ts';
import type { AlertRule } from './rules.ts';

/** The rules about one user, app, route or endpoint: its share of the total of the rolling 24 hours. */

export const SUBJECT_DIMENSIONS = {
  'user-share': 'user',
  'app-share': 'app',
  'route-share': 'route',
  'endpoint-share': 'endpoint',
} as const;
export type SubjectKind = keyof typeof SUBJECT_DIMENSIONS;
export type SubjectDimension = (typeof SUBJECT_DIMENSIONS)[SubjectKind];

export const isSubjectKind = (kind: string): kind is SubjectKind => kind in SUBJECT_DIMENSIONS;

/** The users, apps, routes or endpoints with the most credits. */
export interface TopSubjects {
  readonly rows: readonly { readonly subject: string; readonly credits: number }[];
  /** Whether the rows are all there are; otherwise the others have no more credits than the last one. */
  readonly isComplete: boolean;
}

/**
 * Where the rule stands for each of the subjects: those of the rows, and those with an open alert.
 * @param total what 24 hours may use; no share of 0 is ever reached
 */
export function measureSubjects(
  { rule_id: ruleId, kind, percent = 100 }: AlertRule & { readonly kind: SubjectKind },
  total: number,
  { rows, isComplete }: TopSubjects,
  open: readonly string[],
): Measured[] {
  const threshold = creditThreshold(0, total === 0 ? Number.MAX_SAFE_INTEGER : shareOf(total, percent));
  const creditsOf = new Map(rows.map(({ subject, credits }) => [subject, credits]));
  // Of a subject that is not among the rows only an upper bound is known.
  const bound = isComplete ? 0 : (rows.at(-1)?.credits ?? 0);
  for (const subject of open) if (!creditsOf.has(subject)) creditsOf.set(subject, bound);
  const measured: Measured[] = [];
  for (const [subject, credits] of creditsOf) {
    const share = percentText(credits, total);
    measured.push({
      ruleId,
      kind,
      subject,
      threshold: String(percent),
      value: share,
      unit: 'percent',
      message:
        `The ${SUBJECT_DIMENSIONS[kind]} ${subject} has used ${countText(credits)} of the ` +
        `${countText(total)} credits (${share} %).`,
      ...standing(credits, threshold),
    });
  }
  return measured;
}
