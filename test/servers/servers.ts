/** What a suite needs of its surroundings, whichever way they were started. */
export interface Servers {
  /** `host:port` */
  readonly kafkaBrokers: string;
  readonly clickhouseUrl: string;
  readonly clickhouseUser: string;
  readonly clickhousePassword: string;
  stop(): Promise<void>;
}
