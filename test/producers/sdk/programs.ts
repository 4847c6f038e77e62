/** Programs that use the installed SDK as its users do. Each publishes one call and prints its event id. */

const CALL = `{
  org_id: 'acme', product: 'crm', user_id: process.env.CALLER, app_id: '-',
  method: 'GET', endpoint: '/leads/{id}', status: 200, ...callCost(costs, Date.now(), 'insert', 250),
}`;
const COSTS = `readCosts([{
  effective_at: '2026-01-01T00:00:00Z',
  rules: [
    { rule: 'call', kind: 'per_call', credits: 1 },
    { rule: 'insert', kind: 'per_started', credits: 2, units: 100 },
  ],
}])`;
const OPTIONS = `{ brokers: [process.env.BROKERS], topicPrefix: process.env.PREFIX }`;

const ESM = `
  import { callCost, createPublisher, readCosts } from '@api-credits/publisher';
  const costs = ${COSTS};
  const publisher = createPublisher(${OPTIONS});
  console.log(await publisher.publish(${CALL}));
  await publisher.close();
`;

/** A server that calls itself. */
const METERED = `
  import { createServer } from 'node:http';
  import { createPublisher, httpMeter, readCosts } from '@api-credits/publisher';
  const publisher = createPublisher(${OPTIONS});
  const publish = async (event) => console.log(await publisher.publish(event));
  const meter = httpMeter({
    publisher: { publish, ready: () => publisher.ready() },
    logger: console,
    product: 'crm',
    caller: () => ({ org_id: 'acme', user_id: process.env.CALLER }),
    endpoint: () => '/leads/{id}',
    costs: ${COSTS},
    cost: () => ({ rule: 'insert', units: 250 }),
  });
  const server = createServer((request, response) => {
    meter.middleware(request, response);
    response.end();
  });
  server.listen(0, '127.0.0.1', async () => {
    const { headers } = await fetch('http://127.0.0.1:' + server.address().port);
    if (headers.get('x-credits') !== '6') throw new Error('the header is ' + headers.get('x-credits'));
    server.close();
    server.closeAllConnections();
    await meter.close();
    await publisher.close();
  });
`;

const REQUIRED = `
  const { callCost, createPublisher, EventRejectedError, readCosts } = require('@api-credits/publisher');
  const costs = ${COSTS};
  const publisher = createPublisher(${OPTIONS});
  // An application's own consumers find kafkajs as it is.
  if (/recordSet/.test(String(require('kafkajs/src/consumer/batch.js')))) throw new Error('kafkajs is changed');
  publisher
    .publish({ ...${CALL}, credits: -1 })
    .catch((error) => {
      if (!(error instanceof EventRejectedError) || error.reason !== 'credits') throw error;
      return publisher.publish(${CALL});
    })
    .then(async (id) => {
      console.log(id);
      await publisher.close();
    });
`;

/** Without Node's types: a user need not have them. */
const TYPED = `
  import {
    BufferFullError,
    callCost,
    createMeter,
    createPublisher,
    fastifyMeter,
    httpMeter,
    readCosts,
    type CallEventInput,
    type CostCatalogue,
    type MeterCounters,
    type MeterOptions,
    type Publisher,
    type PublisherOptions,
  } from '@api-credits/publisher';
  declare const process: { readonly env: Readonly<Record<'BROKERS' | 'CALLER' | 'PREFIX', string>> };
  declare const console: { log(text: string): void };
  const costs: CostCatalogue = ${COSTS};
  const options: PublisherOptions = { ...${OPTIONS}, spool: { directory: 'spool' } };
  const publisher: Publisher = createPublisher(options);
  const call: CallEventInput = ${CALL};
  const shared = { publisher, logger: { error: () => undefined }, costs, product: 'crm' };
  const caller = { org_id: 'acme', user_id: 'ann' };
  const plugin = fastifyMeter({ ...shared, caller: ({ routeOptions }) => routeOptions.url ? caller : undefined }).plugin;
  const middleware = httpMeter({ ...shared, caller: () => caller, cost: () => ({ rule: 'insert', units: 2 }) }).middleware;
  const context: MeterOptions<{ readonly user: string }> = { ...shared, caller: ({ user }) => ({ ...caller, user_id: user }) };
  const counters: MeterCounters = createMeter(context).counters();
  if (counters.metered + counters.not_metered.no_caller > 0) throw new Error('nothing was metered');
  try {
    const id: string = await publisher.publish(call);
    console.log(id);
  } catch (error) {
    if (error instanceof BufferFullError) await publisher.ready();
    throw error;
  }
  await publisher.close();
  // @ts-expect-error a misspelt field
  const misspelt: CallEventInput = { ...call, modul: 'leads' };
  // @ts-expect-error a number, not a text
  const wrong: CallEventInput = { ...call, credits: '1' };
  // @ts-expect-error brokers are missing
  const incomplete: PublisherOptions = { gzip: true };
  // @ts-expect-error the caller may not be a promise
  httpMeter({ ...shared, caller: async () => caller });
  export { misspelt, wrong, incomplete, plugin, middleware };
`;

const TYPED_COMMON_JS = `
  import sdk = require('@api-credits/publisher');
  // @ts-expect-error brokers are a list
  const wrong: sdk.PublisherOptions = { brokers: 'localhost:9092' };
  const publisher: sdk.Publisher = sdk.createPublisher({ brokers: ['localhost:9092'] });
  export = { wrong, publisher };
`;

const STRICT = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2022'],
    module: 'nodenext',
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    skipLibCheck: false,
    noEmit: true,
  },
  include: ['*.mts', '*.cts'],
};

export const PROGRAMS: Readonly<Record<string, string>> = {
  'plain.mjs': ESM,
  'metered.mjs': METERED,
  'required.cjs': REQUIRED,
  'typed.mts': TYPED,
  'typed-common.cts': TYPED_COMMON_JS,
  'tsconfig.json': JSON.stringify(STRICT),
};
