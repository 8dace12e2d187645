/** The benchmark's figures as a table for a person. */
import type { Figure, Measure } from './measures.ts';

const HEADER = ['', 'median', 'min', 'max', 'limit', ''];
const DIGITS: Record<Measure['unit'], number> = { s: 1, ms: 0, MiB: 0, '×': 2, '/min': 1, '/s': 0, clients: 0 };

/** A row for each figure, in columns. */
export function formatTable(figures: readonly Figure[]): string {
  const rows = [HEADER, ...figures.map(rowOf)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function rowOf({ title, unit, median, min, max, limit, least, withinLimit }: Figure): string[] {
  const format = (value: number): string => `${value.toFixed(DIGITS[unit])} ${unit}`;
  const promised = limit !== undefined ? `${limit} ${unit}` : least !== undefined ? `≥ ${least} ${unit}` : '';
  const verdict = withinLimit === undefined ? '' : withinLimit ? '✓' : '✗';
  return [title, format(median), format(min), format(max), promised, verdict];
}
