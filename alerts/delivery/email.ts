import { createTransport } from 'nodemailer';
import type { Message } from './message.ts';
import { reasonOf, type AttemptResult } from './post.ts';

export interface Mailer {
  send(to: readonly string[], deliveryId: string, message: Message): Promise<AttemptResult>;
  close(): void;
}

const CONNECTIONS = 2;

/**
 * Sends mail through the operator's own server.
 * @param smtpUrl smtp://user:password@host:port, smtps: for TLS from the start; '' for none: every mail fails then
 * @param from the sender's address
 * @param timeoutMs how long each step of the protocol may take
 */
export function openMailer(smtpUrl: string, from: string, timeoutMs: number): Mailer {
  if (smtpUrl === '') {
    const error = 'no mail server is configured: set SMTP_URL and MAIL_FROM';
    return { send: () => Promise.resolve(failure(0, error)), close: () => undefined };
  }
  const { hostname, port, protocol, username, password } = new URL(smtpUrl);
  const transport = createTransport({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(port !== '' && { port: Number(port) }),
    secure: protocol === 'smtps:',
    ...(username !== '' && {
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    }),
    pool: true,
    maxConnections: CONNECTIONS,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A message is text that this process has made; nothing in it may name a file or an address to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(to, deliveryId, { subject, text }) {
      try {
        await transport.sendMail({
          from,
          to: [...to],
          subject,
          text,
          // A repeated attempt is the same message: many mailboxes show it once.
          messageId: `<${deliveryId}@api-credits>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
        return { isDelivered: true, status: 250, error: '', isGone: false };
      } catch (error) {
        return failure(codeOf(error), reasonOf(error));
      }
    },
    close: () => transport.close(),
  };
}

const failure = (status: number, error: string): AttemptResult => ({
  isDelivered: false,
  status,
  error,
  isGone: false,
});

function codeOf(error: unknown): number {
  const code: unknown = error instanceof Error && 'responseCode' in error ? error.responseCode : 0;
  return typeof code === 'number' && code > 0 && code < 1_000 ? code : 0;
}
