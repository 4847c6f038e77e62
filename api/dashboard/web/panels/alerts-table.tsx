import { printableLine } from '../../../../platform/printable-text.ts';
import type { Alerts } from '../answers.ts';
import { dateTime, dayTime } from '../formats.ts';
import { Table } from '../components/table.tsx';

interface AlertsTableProps {
  readonly alerts: Alerts['alerts'];
  readonly zone: string;
  readonly hasProducts: boolean;
}

/** Each alert in its own words, the unread ones marked. */
export function AlertsTable({ alerts, zone, hasProducts }: AlertsTableProps) {
  const columns = [
    { title: 'Raised' },
    { title: 'Alert', isText: true },
    ...(hasProducts ? [{ title: 'Product', isText: true, isWideOnly: true }] : []),
    { title: 'State', isText: true },
  ];
  return (
    <Table label="Alerts, newest first" kind="alerts" columns={columns}>
      <tbody>
        {alerts.map((alert) => (
          <tr key={alert.alert_id} class={alert.unread ? 'is-unread' : undefined}>
            <th scope="row">
              {alert.unread && <span class="sr-only">Unread: </span>}
              <span class="wide-only">{dateTime(alert.raised_at, zone)}</span>
              <span class="phone-only">{dayTime(alert.raised_at, zone)}</span>
            </th>
            <td class="text wrap">{printableLine(alert.message)}</td>
            {hasProducts && <td class="text wide-only">{alert.product ?? '–'}</td>}
            <td class="text">
              {alert.resolved_at === null ? (
                <span class="pill is-near">open</span>
              ) : (
                <span class="faint">
                  resolved <span class="wide-only">{dateTime(alert.resolved_at, zone)}</span>
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
