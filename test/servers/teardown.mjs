/** After all suites: ends the servers, and fails when anything that the run started is still alive. */
export default async function teardown() {
  await globalThis.testRun.end();
}
