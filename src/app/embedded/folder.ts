import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, chmod, mkdir, open, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { isAlive, ownIdentity } from './processes.js';
import { StartError } from '../start-error.js';
import { codeOf, messageOf } from '../../platform/text-at.js';

/** The paths in a data folder. PostgreSQL's own folder lies below ours, so that PostgreSQL, which may run as another user, cannot touch our files. */
export interface Folder {
  path: string;
  cluster: string;
  log: string;
}

const own = /^(postgres|postgres\.new|postgres\.log(\.1)?|PG_VERSION|password|server\.json|users|lock\.\d+|lost\+found|.*\.tmp)$/;

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

const userName = (uid: number) => (uid === process.getuid?.() ? `${userInfo().username} (user id ${uid})` : `user id ${uid}`);

/** Makes the data folder if there is none, and refuses one that is not ours to use. */
export async function openFolder(dataDir: string): Promise<Folder> {
  const other = 'choose another folder with WAYBILL_DATA_DIR';
  try {
    const made = await mkdir(dataDir, { recursive: true });
    // An ordinary user's data is his own; PostgreSQL started by root runs as another user, who must pass through.
    if (made) await chmod(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
    const path = await realpath(dataDir);
    const { uid } = await stat(path);
    if (process.getuid && uid !== process.getuid())
      throw new StartError(
        `The data folder ${path} belongs to ${userName(uid)}, but this program runs as ${userName(process.getuid())}: start it as the folder's owner, or ${other}.`,
      );
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
    const folder = { path, cluster: join(path, 'postgres'), log: join(path, 'postgres.log') };
    const strange = (await readdir(path)).find((name) => !own.test(name));
    if (strange !== undefined && !(await exists(folder.cluster)))
      throw new StartError(`The data folder ${path} already holds other data ("${strange}"): empty it, or ${other}.`);
    // Access rights say nothing about a disk that is read-only or full.
    await mkdir(join(path, 'users'), { recursive: true });
    return folder;
  } catch (error) {
    if (error instanceof StartError) throw error;
    const [code, message] = [codeOf(error), messageOf(error)];
    if (code === 'EEXIST' || code === 'ENOTDIR') throw new StartError(`The data folder ${dataDir} is not a folder: ${other}.`);
    const why =
      code === 'EROFS'
        ? 'its disk is read-only'
        : code === 'ENOSPC'
          ? 'its disk is full'
          : code === 'EACCES' || code === 'EPERM'
            ? `${userName(process.getuid?.() ?? -1)} may not write there`
            : message;
    throw new StartError(`The data folder ${dataDir} cannot be used, as ${why}: allow it, or ${other}.`);
  }
}

/** Stops the start on a folder of another PostgreSQL version. */
export async function checkVersion(folder: Folder, ours: string): Promise<void> {
  // The first one is for people who look; the second is PostgreSQL's own.
  for (const file of [join(folder.path, 'PG_VERSION'), join(folder.cluster, 'PG_VERSION')]) {
    const theirs = (await readOrEmpty(file)).trim();
    if (theirs !== '' && theirs !== ours)
      throw new StartError(
        `The data folder ${folder.path} was made by PostgreSQL ${theirs}, but this Waybill brings PostgreSQL ${ours}: run "npm run backup -- FILE" ` +
          'with the Waybill that made it, move the folder away, then run "npm run restore -- FILE" with this one.',
      );
  }
  await replaceFile(join(folder.path, 'PG_VERSION'), `${ours}\n`, 0o644);
}

export const readOrEmpty = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** Writes a file so that a reader, or a crash, sees the old one or the whole new one. */
export async function replaceFile(path: string, text: string, mode = 0o600): Promise<void> {
  if ((await readOrEmpty(path)) === text) return;
  const file = await open(`${path}.tmp`, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
}

export async function password(folder: Folder): Promise<string> {
  const path = join(folder.path, 'password');
  const known = (await readOrEmpty(path)).trim();
  if (known !== '') return known;
  if (await exists(folder.cluster)) throw new StartError(`The file ${path} with the password of the database is missing: put it back.`);
  const made = randomBytes(24).toString('base64url');
  await replaceFile(path, `${made}\n`);
  return made;
}

/** What the next program must know about the server, kept in `server.json`. The port stays the same from one start to the next where it can. */
export interface ServerState {
  port?: number;
  pid?: number;
  postgres?: string;
}

export async function readState(folder: Folder): Promise<ServerState> {
  try {
    const state: ServerState = JSON.parse(await readOrEmpty(join(folder.path, 'server.json')));
    return state;
  } catch {
    return {};
  }
}

export const writeState = (folder: Folder, state: ServerState): Promise<void> =>
  replaceFile(join(folder.path, 'server.json'), `${JSON.stringify(state)}\n`);

let entered = 0;

/** Notes this program as a user of the server; the note is its file's name. */
export async function enter(folder: Folder): Promise<string> {
  const note = join(folder.path, 'users', `${ownIdentity}.${++entered}`);
  await writeFile(note, '');
  return note;
}

/** Takes the note back and tells whether somebody else still uses the server. A program that was killed left its note, but does not count. */
export async function leaveFolder(folder: Folder, note: string): Promise<boolean> {
  await rm(note, { force: true });
  const users = await readdir(join(folder.path, 'users')).catch(() => []);
  const dead = users.filter((name) => !isAlive(basename(name)));
  await Promise.all(dead.map((name) => rm(join(folder.path, 'users', name), { force: true })));
  return users.length > dead.length;
}
