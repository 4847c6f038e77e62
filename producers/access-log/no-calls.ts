import type { Scan } from './scan.ts';

/** The log has lines, and none can be published: it is probably not an access log. */
export class NoCallsError extends Error {
  readonly code = 'NO_CALLS';
  constructor(name: string, { lines, malformed, malformedCount, rejected, rejectedCount }: Scan) {
    const [first] = [...malformed, ...rejected];
    super(
      `${name} holds no call that can be published: of its ${lines} lines ${malformedCount} are malformed and ` +
        `${rejectedCount} rejected${first ? ` (line ${first.line}: ${first.reason})` : ''}. Nothing was published. ` +
        'Give an access log in the common or combined format.',
    );
    this.name = 'NoCallsError';
  }
}

/** @throws NoCallsError; a log without lines, or with blank ones only, is complete with nothing */
export function checkCalls(name: string, scan: Scan): void {
  if (scan.calls === 0 && scan.lines > scan.blank) throw new NoCallsError(name, scan);
}
