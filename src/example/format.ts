const width = 120;

/** JSON in which all that fits into a line stands on one. */
export function formatJson(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const partsAt = (at: string) =>
    Array.isArray(value)
      ? value.map((each) => formatJson(each, at))
      : Object.entries(value).map(([name, each]) => `${JSON.stringify(name)}: ${formatJson(each, at)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{ ', ' }'];
  const line = open + partsAt(inner).join(', ') + close;
  if (!line.includes('\n') && indent.length + line.length <= width) return line;
  return `${open.trim()}\n${partsAt(inner)
    .map((part) => inner + part)
    .join(',\n')}\n${indent}${close.trim()}`;
}

/** Rows below the names of their columns. What is a number in every row stands on the right. */
export function formatTable(rows: Record<string, string | number | null>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = rows.map((row) => names.map((name) => String(row[name] ?? '–')));
  const widths = names.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i]!.length)));
  const onRight = names.map((_, i) => cells.every((row) => /^([\d.]+|–)$/.test(row[i]!)));
  const pad = (cell: string, i: number) => (onRight[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!));
  return [names, ...cells].map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}
