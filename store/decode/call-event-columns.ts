import { blockHeader, columnHeader, LongColumn, StringColumn, UuidColumn, viewOf } from './native-columns.ts';

/** The columns of table call_events (schemas/clickhouse/0001) that an insert names, in its order, as Native types. */
const TYPES = {
  event_id: 'UUID',
  occurred_at: "DateTime64(3, 'UTC')",
  org_id: 'String',
  product: 'String',
  user_id: 'String',
  app_id: 'String',
  method: 'String',
  endpoint: 'String',
  module: 'String',
  status: 'Int32',
  credits: 'UInt32',
  rule: 'String',
  units: 'Int64',
  rejection_cause: 'String',
  source_address: 'String',
  duration_ms: 'Nullable(Int32)',
  kafka_partition: 'UInt16',
  kafka_offset: 'UInt64',
  appended_at: "DateTime64(3, 'UTC')",
} as const;

const HEADERS = new Map(Object.entries(TYPES).map(([name, type]) => [name, columnHeader(name, type)]));

const EMPTY = Buffer.alloc(0);

/** What an INSERT into call_events names before `FORMAT Native`. */
export const CALL_EVENT_COLUMNS = Object.keys(TYPES).join(', ');

/** Rows of call_events as Native columns; `clear` makes the buffers reusable. */
export class CallEventColumns {
  rows = 0;
  readonly maxRows: number;
  readonly eventId: UuidColumn;
  readonly occurredAt: LongColumn;
  readonly orgId = new StringColumn();
  readonly product = new StringColumn();
  readonly userId = new StringColumn();
  readonly appId = new StringColumn();
  readonly method = new StringColumn();
  readonly endpoint = new StringColumn();
  readonly module = new StringColumn();
  readonly status: Int32Array;
  readonly credits: Int32Array;
  readonly rule = new StringColumn();
  readonly units: LongColumn;
  readonly rejectionCause = new StringColumn();
  readonly sourceAddress = new StringColumn();
  readonly durationIsNull: Uint8Array;
  readonly duration: Int32Array;
  readonly partition: Uint16Array;
  readonly offset: LongColumn;
  readonly appendedAt: LongColumn;
  readonly #strings: readonly StringColumn[];

  constructor(maxRows: number) {
    this.maxRows = maxRows;
    this.eventId = new UuidColumn(maxRows);
    this.occurredAt = new LongColumn(maxRows);
    this.status = new Int32Array(maxRows);
    this.credits = new Int32Array(maxRows);
    this.units = new LongColumn(maxRows);
    this.durationIsNull = new Uint8Array(maxRows);
    this.duration = new Int32Array(maxRows);
    this.partition = new Uint16Array(maxRows);
    this.offset = new LongColumn(maxRows);
    this.appendedAt = new LongColumn(maxRows);
    // oxfmt-ignore
    this.#strings = [
      this.orgId, this.product, this.userId, this.appId, this.method, this.endpoint,
      this.module, this.rule, this.rejectionCause, this.sourceAddress,
    ];
  }

  /** Keeps what was put at row `rows`. */
  keepRow(): void {
    for (const column of this.#strings) column.keep();
    this.rows += 1;
  }

  clear(): void {
    for (const column of this.#strings) column.length = 0;
    this.rows = 0;
  }

  /** The bytes of one Native block: views of the columns, valid until the next `clear` or row. */
  body(): Buffer[] {
    const { rows } = this;
    const longs = (column: LongColumn) => [viewOf(column.halves, 2 * rows)];
    const values: Record<keyof typeof TYPES, Buffer[]> = {
      event_id: [viewOf(this.eventId.bytes, 16 * rows)],
      occurred_at: longs(this.occurredAt),
      org_id: text(this.orgId),
      product: text(this.product),
      user_id: text(this.userId),
      app_id: text(this.appId),
      method: text(this.method),
      endpoint: text(this.endpoint),
      module: text(this.module),
      status: [viewOf(this.status, rows)],
      credits: [viewOf(this.credits, rows)],
      rule: text(this.rule),
      units: longs(this.units),
      rejection_cause: text(this.rejectionCause),
      source_address: text(this.sourceAddress),
      duration_ms: [viewOf(this.durationIsNull, rows), viewOf(this.duration, rows)],
      kafka_partition: [viewOf(this.partition, rows)],
      kafka_offset: longs(this.offset),
      appended_at: longs(this.appendedAt),
    };
    const pieces = [blockHeader(HEADERS.size, rows)];
    for (const [name, bytes] of Object.entries(values)) pieces.push(HEADERS.get(name) ?? EMPTY, ...bytes);
    return pieces;
  }
}

function text(column: StringColumn): [Buffer] {
  return [column.bytes.subarray(0, column.length)];
}
