/** The middle of some numbers. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

export const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** Three digits that count, as people write them. */
export const brief = (number) => (number >= 1000 ? Math.round(number).toLocaleString('en') : String(Number(number.toPrecision(3))));

/** A median with the least and the greatest, as text. */
export const spread = (numbers) => `${brief(median(numbers))} (${brief(Math.min(...numbers))}–${brief(Math.max(...numbers))})`;

/** Numbers from 0 to 1 that look random and are the same in each run (mulberry32). */
export function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a piece of work answers, and how long it takes, in milliseconds. */
export async function timed(work) {
  const start = performance.now();
  const answer = await work();
  return { ms: performance.now() - start, answer };
}

/**
 * Runs both sides of each case in turns, so that what else the machine does hits them alike; the side that begins changes. The first round
 * warms up and does not count. Answers the times of each side: for each case a median, all in milliseconds.
 */
export async function compare(rounds, cases, ours, theirs) {
  const times = cases.map(() => ({ ours: [], theirs: [] }));
  for (let round = 0; round <= rounds; round++)
    for (const [i, each] of cases.entries())
      for (const side of round % 2 ? ['ours', 'theirs'] : ['theirs', 'ours']) {
        const { ms } = await timed(() => (side === 'ours' ? ours : theirs)(each));
        if (round > 0) times[i][side].push(ms);
      }
  return { ours: times.map((each) => median(each.ours)), theirs: times.map((each) => median(each.theirs)) };
}
