import type { Costs } from '../answers.ts';
import { Table } from '../components/table.tsx';
import { counted, number } from '../formats.ts';

const COLUMNS = [{ title: 'Rule' }, { title: 'A call costs', isText: true }];

type CostRule = Costs['in_effect']['rules'][number];

/** What calls cost. API servers apply it when they publish, so it says nothing about calls of the past. */
export function CallCostsPanel({ rules }: { readonly rules: readonly CostRule[] }) {
  return (
    <details class="card section">
      <summary>Credits that calls cost</summary>
      <Table label="Credits that calls cost, by rule" columns={COLUMNS}>
        <tbody>
          {rules.map((rule) => (
            <tr key={rule.rule}>
              <th scope="row">{rule.rule}</th>
              <td class="text wrap">{costText(rule)}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      <p class="faint gauge-foot">
        API servers apply these costs when they publish a call. Record other ones with npm run catalogue --
        add costs.
      </p>
    </details>
  );
}

function costText(rule: CostRule): string {
  if (rule.kind === 'per_call') return counted(rule.credits, 'credit');
  if (rule.kind === 'per_started') {
    return `${counted(rule.credits, 'credit')} for every started ${number(rule.units)}`;
  }
  return rule.tiers
    .map(({ up_to, credits }) => `${counted(credits, 'credit')} up to ${number(up_to)}`)
    .join(', ');
}
