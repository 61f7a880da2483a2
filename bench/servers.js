import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Starts a program that tells the address of its GraphQL on a line of its own; answers it with the process. */
async function start(program, environment, atEnd, flags = []) {
  const child = spawn(process.execPath, [...flags, fileURLToPath(new URL(program, import.meta.url))], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  atEnd(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const [url] = /http:\S+\/graphql/.exec(line) ?? [];
    // The rest of its output is read and dropped, or it would wait for us.
    if (url) return (child.stdout.resume(), { url, pid: child.pid });
  }
  throw new Error(`${program} ended without an address`);
}

/** Waybill as `npm start` runs it, with the same flags for Node. */
export async function startWaybill(databaseUrl, atEnd) {
  const { scripts } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  const [, flags = ''] = /\bnode (.*)dist\/app\/main\.js/.exec(scripts.start) ?? [];
  const environment = { DATABASE_URL: databaseUrl, WAYBILL_HOST: '127.0.0.1', WAYBILL_PORT: '0', WAYBILL_LOG_LEVEL: 'error' };
  return start('../dist/app/main.js', environment, atEnd, flags.split(' ').filter(Boolean));
}

export const startPostGraphile = (databaseUrl, atEnd) =>
  start('./postgraphile.js', { DATABASE_URL: databaseUrl, NODE_ENV: 'production', GRAPHILE_ENV: 'production' }, atEnd);

const agent = new Agent({ keepAlive: true });

/** Asks a server one thing; answers `data`. By Node's plain client: `fetch` takes as long as some answers do. */
export function ask({ url }, body) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const chunks = [];
      response.on('error', reject);
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const { data, errors } = JSON.parse(Buffer.concat(chunks).toString());
        if (errors) reject(new Error(`${url} answers ${JSON.stringify(errors.slice(0, 3))}`));
        else resolve(data);
      });
    });
    sent.end(text);
  });
}

/** Resident memory of a process, in MB; undefined where the system does not tell. */
export async function residentMemory({ pid }) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(status) ?? [];
  return kilobytes && (Number(kilobytes) * 1024) / 1e6;
}
