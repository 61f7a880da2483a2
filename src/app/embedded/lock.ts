import { readdir, readlink, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, ownIdentity } from './processes.js';

const FREE = 'free';

async function numbers(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.filter((name) => /^lock\.\d+$/.test(name)).map((name) => Number(name.slice(5)));
}

/**
 * Runs `work` while no other process does so for the same folder. The lock is a numbered symbolic link that names its holder, as a link appears
 * at once and with its content. The highest number counts and is never deleted: whoever finds it free, or its holder dead, may make the next
 * number, which only one can. So the death of a holder frees the lock, and nobody can take away a lock that was taken after he looked.
 */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const own = await acquire(folder);
  try {
    return await work();
  } finally {
    // A folder that was deleted meanwhile has no lock to give back.
    await symlink(FREE, join(folder, `lock.${own + 1}`)).catch(() => undefined);
    await rm(join(folder, `lock.${own}`), { force: true });
  }
}

async function acquire(folder: string): Promise<number> {
  for (;;) {
    const top = Math.max(0, ...(await numbers(folder)));
    const holder = top === 0 ? FREE : await readlink(join(folder, `lock.${top}`)).catch(() => undefined);
    if (holder === FREE || (holder !== undefined && !isAlive(holder))) {
      const own = top + 1;
      const made = await symlink(ownIdentity, join(folder, `lock.${own}`)).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (made) {
        const all = await numbers(folder);
        if (Math.max(...all) === own) {
          await Promise.all(all.filter((n) => n < own).map((n) => rm(join(folder, `lock.${n}`), { force: true })));
          return own;
        }
        await rm(join(folder, `lock.${own}`), { force: true });
      }
    }
    await sleep(20 + Math.random() * 30);
  }
}
