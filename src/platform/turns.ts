/** How long work that can be divided keeps everything else waiting, in milliseconds. */
const sliceMs = 4;

const waiting: (() => void)[] = [];
let since = 0;

function next(): void {
  since = performance.now();
  waiting.shift()!();
  // One a turn of the event loop, whose other work comes in between.
  if (waiting.length) setImmediate(next);
}

/** Lets other requests have their turn. Of several that divide their work one goes on at a time. */
export const pause = (): Promise<void> =>
  new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(next);
  });

/** Whether divided work has had its time for this turn. */
export const isDue = (): boolean => performance.now() - since > sliceMs;

/** Makes something of each item of a list, one after the other. */
export async function inOrder<T, R>(list: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const made: R[] = [];
  for (const item of list) made.push(await work(item));
  return made;
}

/** Does something with each item of a list, which may be long: other requests have their turns in between. */
export async function inTurns<T>(list: readonly T[], work: (item: T) => void): Promise<void> {
  for (let at = 0; at < list.length; at += 250) {
    if (at && isDue()) await pause();
    for (const item of list.slice(at, at + 250)) work(item);
  }
}
