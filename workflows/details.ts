import type { Summary } from '../domain/activities.ts';

/** A row a node: who is there, how they left, and what became of their messages. */
export interface DetailsRow {
  readonly node: string;
  readonly here: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly messages: Readonly<Record<string, number>>;
}

/** A table that the Temporal UI shows; at most 20,000 bytes, so long graphs lose their last rows. */
export function detailsTable(rows: readonly DetailsRow[]): string {
  const lines = rows.map(
    (row) =>
      `| ${row.node} |${GAP}${row.here || ''} |${GAP}${counts(row.outcomes)} |${GAP}${counts(row.messages)} |`,
  );
  const head = ['| node | here now | left as | messages |', '|---|---|---|---|'];
  return [...head, ...lines].join('\n').slice(0, 18_000);
}

export function detailsOfSummary(summary: Summary): string {
  return detailsTable(summary.map((row) => ({ ...row, here: 0 })));
}

/** The UI leaves no space between columns. */
const GAP = '\u2003';

function counts(record: Readonly<Record<string, number>>): string {
  return Object.entries(record)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}
