/** How a schema registry is given: by the variables of a process, or by the options of the SDK. */
export interface RegistryOptions {
  /** With its path, such as https://registry:8081 or http://apicurio:8080/apis/ccompat/v7. */
  readonly url: string;
  /** Basic authentication. */
  readonly username?: string;
  readonly password?: string;
  /** Bearer authentication. */
  readonly token?: string;
  /** Certificates to trust instead of the machine's, in PEM. */
  readonly ca?: string;
}
