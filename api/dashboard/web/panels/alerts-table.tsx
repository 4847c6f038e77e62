import { printableLine } from '../../../../platform/printable-text.ts';
import type { Alerts } from '../answers.ts';
import { dateTime } from '../formats.ts';
import { Table } from '../components/table.tsx';

const COLUMNS = [
  { title: 'Raised' },
  { title: 'Alert', isText: true },
  { title: 'Product', isText: true, isWideOnly: true },
  { title: 'State', isText: true },
];

/** Each alert in its own words, the unread ones marked. */
export function AlertsTable({ alerts, zone }: { readonly alerts: Alerts['alerts']; readonly zone: string }) {
  return (
    <Table label="Alerts, newest first" kind="alerts" columns={COLUMNS}>
      <tbody>
        {alerts.map((alert) => (
          <tr key={alert.alert_id} class={alert.unread ? 'is-unread' : undefined}>
            <th scope="row">
              {alert.unread && <span class="sr-only">Unread: </span>}
              {dateTime(alert.raised_at, zone)}
            </th>
            <td class="text wrap">{printableLine(alert.message)}</td>
            <td class="text wide-only">{alert.product ?? '–'}</td>
            <td class="text">
              {alert.resolved_at === null ? (
                <span class="pill is-near">open</span>
              ) : (
                <span class="faint">until {dateTime(alert.resolved_at, zone)}</span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
