import { followAlerts, recordIdOf, webhookIdOf, type AlertRecord } from './history.ts';
import { deliveryDifferences, DESTINATION, ruleDifferences } from './outcome.ts';
import type { Delivery } from './receiver.ts';

function record(phase: AlertRecord['phase'], number: number, recordId?: string): AlertRecord {
  const made = { phase, org: 'acme', product: 'crm', ruleId: 'total-80', subject: '', number };
  return { ...made, recordId: recordId ?? recordIdOf({ ...made, recordId: '' }) };
}
const [raised, resolved] = [record('raised', 1), record('resolved', 1)];
const delivery = (accepted: number, isChanged = false): Delivery => ({
  type: 'alert.raised',
  org: 'acme',
  body: '',
  attempts: 3,
  accepted,
  isChanged,
});
const rule = { org: 'acme', ruleId: 'total-80', threshold: 100 };

describe('the history of alerts', () => {
  it('has each crossing once, however often a decision was recorded', () => {
    const history = followAlerts([raised, raised, resolved, raised, resolved, record('raised', 2)]);
    expect(history.differences).toEqual([]);
    expect(history.records).toHaveLength(3);
    expect([...history.raised]).toEqual([['acme total-80', 2]]);
    expect([...history.open]).toEqual(['acme total-80']);
  });

  it('shows a crossing that was raised under two ids, and an id that is made up', () => {
    const { differences } = followAlerts([raised, record('raised', 1, 'raised:other')]);
    expect(differences).toEqual([
      'the alert acme total-80, raised for the 1. time, has the id raised:other',
      'the alert acme total-80, raised for the 1. time, is a second one',
    ]);
  });

  it('shows what was raised while it was open, or resolved while it was not', () => {
    expect(followAlerts([raised, record('raised', 2)]).differences).toHaveLength(1);
    expect(followAlerts([resolved]).differences).toHaveLength(1);
  });
});

describe('the alerts of a rule', () => {
  it('are those that the usage says', () => {
    const open = followAlerts([raised]);
    expect(ruleDifferences(open, [{ ...rule, used: 100, raised: 1 }])).toEqual([]);
    expect(ruleDifferences(open, [{ ...rule, used: 95 }])).toEqual([]);
    expect(ruleDifferences(open, [{ ...rule, used: 93 }])).toHaveLength(1);
    expect(ruleDifferences(followAlerts([]), [{ ...rule, used: 99, raised: 0 }])).toEqual([]);
    expect(ruleDifferences(followAlerts([]), [{ ...rule, used: 100, raised: 1 }])).toHaveLength(2);
    expect(ruleDifferences(followAlerts([raised, resolved]), [{ ...rule, used: 0, raised: 1 }])).toEqual([]);
  });
});

describe('the deliveries', () => {
  const history = followAlerts([raised, resolved]);
  const [first, second] = [raised, resolved].map(({ recordId }) => webhookIdOf(recordId, DESTINATION));
  const differences = (deliveries: [string | undefined, Delivery][]) =>
    deliveryDifferences(history, ['acme'], new Map(deliveries.map(([id = '', each]) => [id, each])));

  it('are each alert at least once', () => {
    expect(
      differences([
        [first, delivery(1)],
        [second, delivery(2)],
      ]),
    ).toEqual([]);
    expect(differences([[first, delivery(1)]])).toEqual(['not delivered: acme total-80, resolved']);
    expect(
      differences([
        [first, delivery(0)],
        [second, delivery(1)],
      ]),
    ).toEqual(['not delivered: acme total-80, raised']);
  });

  it('are nothing else, and never change', () => {
    const all: [string | undefined, Delivery][] = [
      [first, delivery(1)],
      [second, delivery(1, true)],
      ['msg_other', delivery(1)],
    ];
    expect(differences(all)).toEqual([
      `delivered with two bodies: alert.raised of acme, ${second}`,
      'delivered, but not in the log: alert.raised of acme, msg_other',
    ]);
  });
});
