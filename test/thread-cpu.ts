/**
 * The milliseconds of CPU time that work takes in this thread. A clock would count what other processes take
 * meanwhile, and process.cpuUsage() the other suites, which run in threads of the same process.
 */
export function cpuMsOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
