export interface TableColumn {
  readonly title: string;
  /** Numbers stand to the right, names to the left. */
  readonly align: "left" | "right";
}

/** Aligned text: titles, a rule, one line a row. Columns are two spaces apart. */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map((column, c) =>
    Math.max(column.title.length, ...rows.map((row) => row[c].length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, c) =>
        columns[c].align === "right" ? cell.padStart(widths[c]) : cell.padEnd(widths[c]),
      )
      .join("  ")
      .trimEnd();
  return [
    line(columns.map((column) => column.title)),
    widths.map((width) => "-".repeat(width)).join("  "),
    ...rows.map(line),
  ].join("\n");
}
