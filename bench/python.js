import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The first interpreter that has what the client imports. */
async function findPython() {
  for (const candidate of [process.env.PROCESS_TRACKER_PYTHON, 'python3', '/usr/bin/python3'].filter(Boolean))
    if (
      await run(candidate, ['-W', 'ignore', '-c', 'import sqlalchemy, sqlalchemy_utils, psycopg2, click, boto3, dateutil']).catch(
        () => undefined,
      )
    )
      return candidate;
  throw new Error('no python3 has the modules that the client imports; PROCESS_TRACKER_PYTHON may name one');
}

/**
 * Starts and ends of runs by ProcessTracker's Python client, where PROCESS_TRACKER_PYTHON_CLIENT names a checkout of it and Python has what it
 * needs; otherwise nothing, with a sentence.
 */
export async function measurePythonStarts({ url, quick, log }) {
  const client = process.env.PROCESS_TRACKER_PYTHON_CLIENT;
  if (!client) {
    log('PROCESS_TRACKER_PYTHON_CLIENT names no checkout of the Python client: its starts are left out');
    return [];
  }
  log('starts by the Python client');
  const home = await mkdtemp(join(tmpdir(), 'waybill-bench-python-'));
  try {
    const { hostname, port, username, password, pathname } = new URL(url);
    await mkdir(join(home, '.process_tracker'));
    await writeFile(
      join(home, '.process_tracker', 'process_tracker_config.ini'),
      `[DEFAULT]\nlog_level = ERROR\nmax_concurrent_failures = 5\ndata_store_type = postgresql\ndata_store_username = ${username}\ndata_store_password = ${decodeURIComponent(password).replaceAll('%', '%%')}\ndata_store_host = ${hostname}\ndata_store_port = ${port}\ndata_store_name = ${pathname.slice(1)}\n`,
    );
    const standIns = fileURLToPath(new URL('../test/python/stand-in', import.meta.url));
    const { stdout } = await run(
      await findPython(),
      ['-W', 'ignore', fileURLToPath(new URL('./python-starts.py', import.meta.url)), quick ? '20' : '100'],
      {
        env: {
          ...process.env,
          HOME: home,
          PYTHONPATH: `${client}:${standIns}`,
          PGOPTIONS: '-c search_path=process_tracker',
          log_level: 'ERROR',
        },
        timeout: 120_000,
      },
    );
    const { rate, statements, commits } = JSON.parse(stdout.trim().split('\n').at(-1));
    return [
      {
        measure: 'start and end of a run by the Python client, 1 connection',
        value: rate,
        unit: 'runs/s',
        note: `its start: ${statements} statements, ${commits} commits`,
      },
    ];
  } catch (error) {
    log(
      `the Python client could not be measured: ${String(error.stderr || error.message)
        .trim()
        .split('\n')
        .at(-1)}`,
    );
    return [];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
