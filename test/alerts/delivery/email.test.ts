import { once } from 'node:events';
import { SMTPServer } from 'smtp-server';
import { openMailer } from '../../../alerts/delivery/email.ts';

const MESSAGE = {
  event: 'alert.raised',
  alertId: 'a1',
  body: '{}',
  subject: 'acme crm: 84,105 of 105,000 credits are used – ü',
  text: 'acme crm: used\n\nat: 2026-05-04T12:00:00.000Z\n',
};

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

/** A mail server on this machine that keeps what it gets; a name in `rejecting` gets a 550. */
async function openServer(rejecting: readonly string[] = []) {
  const received: Received[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) => {
      if (username === 'ann' && password === 'p@ss') return done(null, { user: username });
      done(new Error('no such user'));
    },
    onRcptTo: ({ address }, _session, done) => {
      done(
        rejecting.includes(address)
          ? Object.assign(new Error('no such mailbox'), { responseCode: 550 })
          : null,
      );
    },
    onData: (stream, { envelope: { mailFrom, rcptTo } }, done) => {
      const pieces: Buffer[] = [];
      stream.on('data', (piece: Buffer) => pieces.push(piece));
      stream.on('end', () => {
        const from = mailFrom === false ? '' : mailFrom.address;
        const to = rcptTo.map(({ address }) => address);
        received.push({ from, to, text: Buffer.concat(pieces).toString() });
        done();
      });
    },
  });
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const address = listening.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return {
    port,
    received,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

describe('mail', () => {
  it('is sent to every recipient, with an id by which a repeat is known', async () => {
    const server = await openServer();
    const mailer = openMailer(`smtp://ann:p%40ss@127.0.0.1:${server.port}`, 'alerts@example.org', 5_000);
    const to = ['ops@example.org', 'bob@example.org'];
    expect(await mailer.send(to, 'msg_1', MESSAGE)).toMatchObject({ isDelivered: true, status: 250 });
    mailer.close();
    await server.close();
    const [mail] = server.received;
    expect(mail).toMatchObject({ from: 'alerts@example.org', to });
    expect(mail?.text).toMatch(/^Message-ID: <msg_1@api-credits>\r$/m);
    expect(mail?.text).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(mail?.text).toMatch(/^Subject: =\?UTF-8\?/m);
    expect(mail?.text).toContain('at: 2026-05-04T12:00:00.000Z');
  });

  it('that the server rejects is an attempt that failed, with its code', async () => {
    const server = await openServer(['gone@example.org']);
    const mailer = openMailer(`smtp://ann:p%40ss@127.0.0.1:${server.port}`, 'alerts@example.org', 5_000);
    expect(await mailer.send(['gone@example.org'], 'msg_1', MESSAGE)).toMatchObject({
      isDelivered: false,
      status: 550,
      error: expect.stringContaining('no such mailbox'),
    });
    mailer.close();
    await server.close();
    const away = openMailer(`smtp://127.0.0.1:${server.port}`, 'alerts@example.org', 5_000);
    expect(await away.send(['ops@example.org'], 'msg_1', MESSAGE)).toMatchObject({
      isDelivered: false,
      status: 0,
    });
    away.close();
  });

  it('says what to set where there is no server', async () => {
    const { isDelivered, error } = await openMailer('', '', 5_000).send(
      ['ops@example.org'],
      'msg_1',
      MESSAGE,
    );
    expect([isDelivered, error]).toEqual([false, 'no mail server is configured: set SMTP_URL and MAIL_FROM']);
  });
});
