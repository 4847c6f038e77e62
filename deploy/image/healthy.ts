/**
 * The image's health check: exit code 0 where the process in this container answers `/healthz`, on the API's port or on
 * the health port of the others. It tests the same address that the process listens on within its container.
 */
const { PORT = '8080', HEALTH_PORT = '9090' } = process.env;

const answers = [PORT, HEALTH_PORT].map(async (port) => {
  const { ok, status } = await fetch(`http://127.0.0.1:${port}/healthz`);
  if (!ok) throw new Error(`port ${port} answers ${status}`);
});
await Promise.any(answers);
