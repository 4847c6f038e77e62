/** The user whom an alert names, by its subject or in its message, and the alert without that user. */

/** The parts of an alert that are read here. */
export interface NamingAlert {
  /** The kind of its rule. */
  readonly kind: string;
  readonly subject: string;
  readonly message: string;
}

/** As measureUnusualHour words the main cause of an hour. */
const CAUSE = /^(.*? Mainly the user )(.*)(: [\d,]+, usually [\d,]+\.)$/s;
/** As measureSubjects begins. */
const shareOf = (user: string): string => `The user ${user} has used `;

/** The subject of a budget of a user begins so. */
const BUDGET = 'user ';
const endedOf = (user: string): string => `The budget of the user ${user} has ended.`;

/**
 * The alert with another name in place of the user's.
 * @param replace the other name of a user; undefined where the user keeps the name
 * @returns undefined where the alert names no user, or one that keeps the name
 */
export function renameUser(
  { kind, subject, message }: NamingAlert,
  replace: (user: string) => string | undefined,
): Pick<NamingAlert, 'subject' | 'message'> | undefined {
  if (kind === 'user-share') {
    const name = replace(subject);
    if (name === undefined) return undefined;
    const [before, after] = [shareOf(subject), shareOf(name)];
    return {
      subject: name,
      message: message.startsWith(before) ? after + message.slice(before.length) : message,
    };
  }
  if (kind === 'budget-share') {
    if (!subject.startsWith(BUDGET)) return undefined;
    const user = subject.slice(BUDGET.length);
    const name = replace(user);
    if (name === undefined) return undefined;
    const ended = message === endedOf(user) ? endedOf(name) : undefined;
    const [before, after] = [shareOf(user), shareOf(name)];
    const used = message.startsWith(before) ? after + message.slice(before.length) : message;
    return { subject: BUDGET + name, message: ended ?? used };
  }
  const [, before, user, after] = CAUSE.exec(message) ?? [];
  const name = user === undefined ? undefined : replace(user);
  return name === undefined ? undefined : { subject, message: `${before}${name}${after}` };
}
