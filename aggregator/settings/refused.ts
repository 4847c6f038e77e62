/** A change of settings that the rules do not allow. It stays in the log, is shown as refused, and changes nothing. */
export class SettingsRefused extends Error {
  readonly code: string;
  /** The field at fault, as a JSON pointer into the change's value. */
  readonly path: string;
  constructor(code: string, path: string, message: string) {
    super(message);
    this.name = 'SettingsRefused';
    this.code = code;
    this.path = path;
  }
}
