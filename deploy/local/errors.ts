/** The local stack cannot run. The message says what to do next. */
export class LocalStackError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'LocalStackError';
    this.code = code;
  }
}

export const portInUse = (variable: string, port: number, owner?: string): LocalStackError =>
  new LocalStackError(
    'PORT_IN_USE',
    `Port ${port} is in use${owner === undefined ? '' : `, and ${owner} needs it`}. Stop the program that listens there, or set ${variable} to a free port.`,
  );

export const portNotAllowed = (variable: string, port: number, reason: string): LocalStackError =>
  new LocalStackError(
    'PORT_NOT_ALLOWED',
    `Port ${port} cannot be used (${reason}). Set ${variable} to another port.`,
  );

export const noFreePort = (from: number, to: number, tries: number): LocalStackError =>
  new LocalStackError(
    'NO_FREE_PORT',
    `None of ${tries} ports tried between ${from} and ${to} is free. Stop what uses them, or set KAFKA_PORT and CLICKHOUSE_PORT.`,
  );

export const dataDirInUse = (dataDir: string, pid: number): LocalStackError =>
  new LocalStackError(
    'DATA_DIR_IN_USE',
    `A local stack already runs on ${dataDir} (process ${pid}). Stop it, or set DATA_DIR (and PORT) for a second one.`,
  );

export const dataDirNotWritable = (dataDir: string, reason: string): LocalStackError =>
  new LocalStackError(
    'DATA_DIR_NOT_WRITABLE',
    `Cannot write to ${dataDir}: ${reason}. Set DATA_DIR to a directory that this user may write to.`,
  );

export const dataDirNotOurs = (dataDir: string, owner: number, uid: number): LocalStackError =>
  new LocalStackError(
    'DATA_DIR_NOT_OURS',
    `${dataDir} belongs to another user (uid ${owner}, this process has ${uid}), who could read the passwords in it. ` +
      'Set DATA_DIR to a directory of your own.',
  );

export const dataDirShared = (dataDir: string): LocalStackError =>
  new LocalStackError(
    'DATA_DIR_SHARED',
    `Other users of this machine can read ${dataDir}, and it holds files that are not a local stack's. ` +
      `Set DATA_DIR to a directory for the stack alone, or close this one with "chmod 700 ${dataDir}".`,
  );

export const diskFull = (dataDir: string, freeBytes: number, neededBytes: number): LocalStackError =>
  new LocalStackError(
    'DISK_FULL',
    `The disk of ${dataDir} has ${mebibytes(freeBytes)} MiB left; ${mebibytes(neededBytes)} MiB are needed. ` +
      'Free some space, or set DATA_DIR to a directory on another disk.',
  );

export const serverDidNotStart = (
  name: string,
  what: string,
  logFile: string,
  lastLines: string,
): LocalStackError =>
  new LocalStackError('SERVER_DID_NOT_START', `${name} ${what}. The end of ${logFile}:\n${lastLines}`);

export const processKeepsExiting = (name: string, reason: string): LocalStackError =>
  new LocalStackError(
    'PROCESS_KEEPS_EXITING',
    `The process ${name} keeps exiting (${reason}). Look for the cause in DATA_DIR/logs/${name}.log.`,
  );

export const noStack = (dataDir: string): LocalStackError =>
  new LocalStackError(
    'NO_STACK',
    `No local stack runs on ${dataDir}. Start one with "npm start", or set DATA_DIR to the directory of a running one.`,
  );

const mebibytes = (bytes: number): number => Math.floor(bytes / 2 ** 20);
