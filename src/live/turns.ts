const waiting: (() => void)[] = [];
/** Subscribers that are served in one turn of the event loop. */
const perTurn = 4;

function next(): void {
  for (const go of waiting.splice(0, perTurn)) go();
  if (waiting.length) setImmediate(next);
}

/** Waits for a turn: delivering a change to a hundred subscribers at once would keep all requests waiting. */
export const turn = (): Promise<void> =>
  new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(next);
  });
