import { readFileSync } from 'node:fs';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import type { KafkaSecurity, SettingNames, TlsFiles } from './security.ts';
import { tlsAdvice } from './tls-advice.ts';

const KEEP_ALIVE_MS = 60_000;
/** A broker that does not like how it is spoken to closes the connection at once. */
const AT_ONCE_MS = 5_000;

/**
 * Opens the sockets of kafkajs. Files are read for each connection. The server's name is always checked.
 *
 * An error says what to do in its own message, because kafkajs copies nothing else of it.
 * @param open holds the sockets that are open
 */
export function socketFactory(security: KafkaSecurity, open: Set<Socket>): ISocketFactory {
  const { tls, names } = security;
  return ({ host, port, onConnect }) => {
    const socket = tls ? openTls(host, port, tls, names, onConnect) : connect({ host, port }, onConnect);
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    explainErrors(socket, names);
    explainClosing(socket, security);
    return socket;
  };
}

function openTls(
  host: string,
  port: number,
  tls: TlsFiles,
  names: SettingNames,
  onConnect: () => void,
): Socket {
  return connectTls(
    { host, port, ...(isIP(host) === 0 && { servername: host }), ...readTlsFiles(tls, names) },
    onConnect,
  );
}

/** @throws where a file cannot be read; kafkajs tries again */
function readTlsFiles({ caFile, certFile, keyFile }: TlsFiles, names: SettingNames) {
  return {
    ...(caFile !== undefined && { ca: readPem(caFile, names.caFile) }),
    ...(certFile !== undefined && { cert: readPem(certFile, names.certFile) }),
    ...(keyFile !== undefined && { key: readPem(keyFile, names.keyFile) }),
  };
}

function readPem(file: string, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${name} cannot be read: ${String(error)}`, { cause: error });
  }
}

function explainErrors(socket: Socket, names: SettingNames): void {
  socket.on('error', (error: NodeJS.ErrnoException) => {
    const advice = tlsAdvice(error.code ?? '', names) ?? handshakeAdvice(error, names);
    if (advice !== undefined) error.message = `${advice} (${error.message.trim()})`;
  });
}

/** A broker that restarts does the same, so this one does not prove a wrong setting. */
function handshakeAdvice({ message }: Error, { brokers, tls }: SettingNames): string | undefined {
  if (!message.includes('before secure TLS connection')) return undefined;
  return `The broker closed the connection at the first message. If it does not speak TLS on this port, use its TLS port in ${brokers}, or turn ${tls} off`;
}

/** A broker closes a connection without a word where it expects TLS or SASL. */
function explainClosing(socket: Socket, { tls, sasl, names }: KafkaSecurity): void {
  const openedAt = performance.now();
  let answers = 0;
  socket.on('data', (bytes: Buffer) => {
    answers += 1;
    if (answers === 1 && !tls && isTlsAlert(bytes)) {
      socket.destroy(new Error(`The broker expects TLS on this port: turn ${names.tls} on`));
    }
  });
  socket.on('end', () => {
    if (performance.now() - openedAt > AT_ONCE_MS) return;
    // With TLS, an error of the handshake follows by itself.
    const advice =
      answers === 0
        ? !tls && `If it expects TLS on this port, turn ${names.tls} on`
        : answers === 1 && !sasl && `If it expects a login on this port, set ${names.mechanism}`;
    // Emitted now: kafkajs's own listener comes next and would report "Closed connection" alone.
    if (advice)
      socket.emit('error', new Error(`The broker closed the connection at the first message. ${advice}`));
  });
}

/** Content type 21, version 3.x. As the size of a Kafka answer it would be 336 MiB. */
const isTlsAlert = (bytes: Buffer): boolean => bytes[0] === 0x15 && bytes[1] === 0x03;
