import { printableLine } from '../../../../platform/printable-text.ts';
import type { Explanation } from '../answers.ts';
import { number } from '../formats.ts';
import { Path } from '../components/path.tsx';

const SHOWN = 5;
const TITLES: Readonly<Record<string, string>> = {
  user: 'Users',
  app: 'Apps',
  route: 'Routes',
  rule: 'Cost rules',
};

/** The largest users, apps, routes and cost rules of a day, in credits. */
export function DayBreakdowns({ breakdowns }: Pick<Explanation, 'breakdowns'>) {
  return (
    <>
      {breakdowns
        .filter(({ by }) => by in TITLES)
        .map(({ by, top, other }) => {
          const rest = top.slice(SHOWN).reduce((sum, { credits }) => sum + credits, other.credits);
          return (
            <div key={by}>
              <h3>{TITLES[by]}</h3>
              <ol class="top-list">
                {top.slice(0, SHOWN).map(({ value, credits }) => {
                  const text = printableLine(value);
                  return (
                    <li key={value}>
                      <span title={text}>
                        {by === 'route' && text !== '' ? <Path text={text} /> : text || '(none)'}
                      </span>{' '}
                      <b>{number(credits)}</b>
                    </li>
                  );
                })}
                {rest > 0 && (
                  <li class="faint">
                    <span>Others</span> <b>{number(rest)}</b>
                  </li>
                )}
              </ol>
            </div>
          );
        })}
    </>
  );
}
