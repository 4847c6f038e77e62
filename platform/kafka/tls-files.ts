import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { SettingNames, TlsFiles } from './security.ts';

/** Everything that is wrong with the files of a TLS client. None of the texts shows their content. */
export function tlsFileProblems(files: TlsFiles, names: SettingNames): string[] {
  const { caFile, certFile, keyFile } = files;
  const problems = [
    caFile !== undefined && problemOf(names.caFile, caFile, 'a PEM certificate', isCertificate),
    certFile !== undefined && problemOf(names.certFile, certFile, 'a PEM certificate', isCertificate),
    keyFile !== undefined &&
      problemOf(names.keyFile, keyFile, 'a PEM private key without a passphrase', isPrivateKey),
    certFile !== undefined &&
      keyFile === undefined &&
      `${names.keyFile} is missing: ${names.certFile} needs it`,
    keyFile !== undefined &&
      certFile === undefined &&
      `${names.certFile} is missing: ${names.keyFile} needs it`,
  ].filter((problem) => typeof problem === 'string');
  if (problems.length > 0 || certFile === undefined || keyFile === undefined) return problems;
  return belongTogether(certFile, keyFile) ? [] : [`${names.keyFile} is not the key of ${names.certFile}`];
}

function problemOf(
  name: string,
  file: string,
  what: string,
  isValid: (content: string) => void,
): string | undefined {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    return `${name} cannot be read: ${String(error)}`;
  }
  try {
    isValid(content);
    return undefined;
  } catch {
    return `${name} ${file} is not ${what}`;
  }
}

function isCertificate(content: string): void {
  createSecureContext({ ca: content });
  void new X509Certificate(content);
}

function isPrivateKey(content: string): void {
  createPrivateKey(content);
}

function belongTogether(certFile: string, keyFile: string): boolean {
  const key = createPrivateKey(readFileSync(keyFile));
  return new X509Certificate(readFileSync(certFile)).checkPrivateKey(key);
}
