import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { codeOf } from '../../platform/text-at.js';

/** A process id alone is used again by the system; with the start it names one process. The boot counts, as the clock of starts begins there. */
const boot = readOrEmpty('/proc/sys/kernel/random/boot_id').slice(0, 8);
const hasProc = boot !== '';

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function ps(...args: string[]): string {
  return spawnSync('ps', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }).stdout ?? '';
}

/** When a process was started, as an opaque word; undefined if it is gone. A zombie is gone: in a container nobody may ever reap it. */
export function processStart(pid: number): string | undefined {
  if (hasProc) {
    const stat = readOrEmpty(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return stat === '' || fields[0] === 'Z' || fields[0] === 'X' ? undefined : `${boot}-${fields[19]}`;
  }
  const [state, ...start] = ps('-o', 'stat=,lstart=', '-p', String(pid)).trim().split(/\s+/);
  return !state || state.startsWith('Z') ? undefined : String(Date.parse(start.join(' ')) / 1000);
}

/** Names one process of this machine, dead or alive: `<pid>.<start>`. */
export const ownIdentity = `${process.pid}.${processStart(process.pid)}`;

export function isAlive(identity: string): boolean {
  const [pid, start] = identity.split('.');
  return processStart(Number(pid)) === start;
}

function commandLine(pid: number): string {
  return hasProc ? readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') : ps('-o', 'command=', '-p', String(pid));
}

/** Whether this process is the main process of the PostgreSQL server that was started under this cluster name. */
export function isServer(pid: number, clusterName: string): boolean {
  return processStart(pid) !== undefined && commandLine(pid).includes(` cluster_name=${clusterName}`);
}

/** The processes that a killed PostgreSQL left behind; each one carries the cluster name in its title. */
export function orphansOf(clusterName: string): number[] {
  const pids = hasProc ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : ps('-axo', 'pid=').split(/\s+/);
  return pids
    .map(Number)
    .filter((pid) => pid > 0 && commandLine(pid).startsWith(`postgres: ${clusterName}: `) && processStart(pid) !== undefined);
}

/** Sends a signal; a process that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
