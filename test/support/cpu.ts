/** Milliseconds of CPU that `work` takes: the least of several times, so that what else the machine does counts little. */
export function cpuMs(work: () => unknown, times = 3): number {
  let least = Infinity;
  for (let i = 0; i < times; i++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** The same for work that lets others come in between, where there are none. */
export async function cpuMsLater(work: () => Promise<unknown>, times = 3): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < times; i++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

/** Whether work on four times as much text takes about four times as long: what grows with the square would take sixteen times. */
export function growsLinearly(work: (text: string) => unknown, part: string, length = 1_000_000, prefix = ''): boolean {
  const text = (size: number) => prefix + part.repeat(Math.ceil(size / part.length));
  const [short, long] = [text(length / 4), text(length)];
  // The first texts are worked on by code that is not compiled yet; a few milliseconds may always be somebody else's.
  work(text(1_000));
  return cpuMs(() => work(long)) < 8 * cpuMs(() => work(short)) + 20;
}
