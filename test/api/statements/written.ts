import { parseMoney } from '../../../domain/money.ts';

/** "1,234.5": groups digits without the formatter of the code under test. */
export function grouped(figure: number | string): string {
  const [whole = '', ...decimals] = String(figure).split('.');
  return [whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ','), ...decimals].join('.');
}

/** "$0.99 $0.98504": the amount as people read it, and the exact one where it differs. */
export function dollars(amount: string): string {
  const [sign, rest] = amount.startsWith('-') ? ['-', amount.slice(1)] : ['', amount];
  const rounded = `${sign}$${grouped(parseMoney(rest).toFixed(2))}`;
  return (rest.split('.')[1] ?? '').length > 2 ? `${rounded} ${sign}$${grouped(rest)}` : rounded;
}
