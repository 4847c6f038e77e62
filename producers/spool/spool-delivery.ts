import { Sender } from '../sender.ts';
import { createFile } from './append-file.ts';
import { Opening, spoolError } from './opening.ts';
import type { Outcomes } from './outcomes.ts';
import type { SpoolSettings } from './settings.ts';
import { openSpool, type Spool } from './spool.ts';
import type { SpoolLog } from './spool-log.ts';
import type { SpooledPublisherOptions } from './spooled-publisher-options.ts';

export interface SpoolDeliveryParts {
  readonly settings: SpoolSettings;
  readonly log: SpoolLog;
  readonly outcomes: Outcomes;
  /** There is room for more events. */
  readonly onRoom: () => void;
}

/** Sends what is on the disk to Kafka, through a window in memory (backlog.ts), from the moment the spool is open. */
export class SpoolDelivery {
  readonly opening: Opening;
  readonly #options: SpooledPublisherOptions;
  readonly #parts: SpoolDeliveryParts;
  #sender: Sender | undefined;

  constructor(options: SpooledPublisherOptions, parts: SpoolDeliveryParts) {
    this.#options = options;
    this.#parts = parts;
    this.opening = new Opening(() => this.#open());
  }

  /** Sends nothing more. */
  stop(): void {
    this.#sender?.stop();
  }

  async #open(): Promise<Spool> {
    const { random, tracer, createFile: create = createFile } = this.#options;
    const { settings, log, outcomes, onRoom } = this.#parts;
    try {
      const spool = await openSpool({
        settings,
        lockId: Buffer.from(random(4)).toString('hex'),
        createFile: create,
        isTraced: tracer !== undefined,
        onDelivered: (number) => outcomes.delivered(number),
        onRejected: (number, error) => {
          log.rejected(error, number);
          outcomes.rejected(number, error);
        },
        onUnreadable: (unreadable) => outcomes.unreadable(unreadable),
        onIdle: (next) => outcomes.settled.reach(next),
        onLoaded: () => this.#sender?.wake(false),
        onRoom,
        onSetAside: (file, reason) => log.setAside(file, reason),
        onFileError: (error, segment) => log.fileError(error, segment),
      });
      this.#start(spool);
      return spool;
    } catch (error) {
      log.notWritten(spoolError(settings.directory, error));
      throw error;
    }
  }

  #start({ backlog, next }: Spool): void {
    const { transport, logger } = this.#options;
    const { log, outcomes, onRoom } = this.#parts;
    this.#sender = new Sender(backlog.window, transport, {
      ...this.#options,
      onFailedAttempt: (err, attempt) =>
        logger?.warn(
          { err, attempt, spooled: backlog.events },
          'Kafka did not take a batch of events; retrying',
        ),
      onSettled: () => {
        backlog.load();
        onRoom();
      },
    });
    outcomes.accepted += backlog.events;
    if (backlog.events === 0) outcomes.settled.reach(next);
    log.recovered(backlog.events);
    backlog.load();
  }
}
