/**
 * Suites that take longest begin first, so that the run does not end with one of them alone. Jest knows how long they
 * took only where they have run before, not in a fresh clone.
 */
import Sequencer from '@jest/test-sequencer';

const LONGEST = [
  'conformance/publishers',
  'kafka/broker-failures',
  'image/image',
  'integration/sample-log',
  'integration/secured-kafka',
  'dashboard/dashboard',
  'api/schemathesis',
  'closing/stories',
  'consumers/crash',
  'auth/access',
  'producers/kafka-transport',
  'consumers/rebalance',
  'local/start',
];

function rank({ path }) {
  const index = LONGEST.findIndex((name) => path.includes(name));
  return index === -1 ? LONGEST.length : index;
}

export default class LongestFirst extends Sequencer {
  sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort -- jest's own, not an array's
    const ordered = super.sort(tests);
    // A stable sort: the others stay as jest has them.
    return ordered.toSorted((a, b) => rank(a) - rank(b));
  }
}
