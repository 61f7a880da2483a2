import { brief } from './statistics.js';

/** A measure as it is told: with its target in words, and whether it is met. Null where nothing was aimed at. */
export function rowOf({ measure, value, unit, against = null, target, note }) {
  const { atLeast, atMost } = target ?? {};
  return {
    measure,
    value: Number(value.toPrecision(4)),
    unit,
    against,
    target: target ? (atMost === undefined ? `at least ${brief(atLeast)}` : `at most ${brief(atMost)}`) : null,
    met: target ? (atMost === undefined ? value >= atLeast : value <= atMost) : null,
    ...(note ? { note } : {}),
  };
}

export function printTable({ machine, versions, quick, loadBefore, loadAfter }, rows) {
  console.log(
    `\n${machine}; load ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after${quick ? '; quick: small data, few rounds' : ''}`,
  );
  console.log(`${Object.entries(versions).map((each) => each.join(' ')).join(', ')}\n`); // prettier-ignore
  const lines = rows.map(({ measure, value, unit, against, target, met, note }) => ({
    met: met === null ? '' : met ? 'yes' : 'NO',
    value: `${brief(value)} ${unit}`,
    target: target ?? '',
    measure,
    more: [against && `against ${against}`, note].filter(Boolean).join('; '),
  }));
  const names = ['met', 'value', 'target', 'measure'];
  const widths = names.map((name) => Math.max(name.length, ...lines.map((line) => line[name].length)));
  const row = (cells) => cells.map((cell, i) => cell.padEnd(widths[i])).join('  ').trimEnd(); // prettier-ignore
  console.log(row(names));
  console.log(row(widths.map((width) => '-'.repeat(width))));
  for (const line of lines) {
    console.log(row(names.map((name) => line[name])));
    if (line.more) console.log(`     ${line.more}`);
  }
}
