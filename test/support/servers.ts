import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../src/app/main.ts', import.meta.url));
const hooks = new URL('./typescript-hooks.js', import.meta.url).href;

export interface ProgramServer {
  child: ChildProcess;
  /** Of its GraphQL. */
  address: string;
  url: string;
  /** Data of an operation, or what went wrong: errors of GraphQL as they came, else `lost` where no answer came. */
  ask(query: string, variables?: object, actor?: string): Promise<{ data?: Record<string, any>; errors?: any[]; lost?: string }>;
  /** Ends it by SIGKILL, without a word to anybody. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** The program itself, as a process of its own, on the store at `url` and on any free port. */
export async function startProgram(url: string, env: Record<string, string> = {}): Promise<ProgramServer> {
  const { NODE_OPTIONS: _, ...ours } = process.env;
  const child = spawn(process.execPath, ['--import', hooks, program], {
    // On a busy machine what waits in a queue of fifty waits long; a test that is about a limit sets its own.
    env: {
      ...ours,
      WAYBILL_LOCK_TIMEOUT: '120000',
      WAYBILL_STATEMENT_TIMEOUT: '120000',
      DATABASE_URL: url,
      WAYBILL_PORT: '0',
      WAYBILL_LOG_LEVEL: 'error',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const found = /Waybill answers on (\S+)/.exec((said += chunk.toString()));
      if (found) resolve(found[1]!);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return {
    child,
    address,
    url: new URL('/', address).origin,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async ask(query, variables = {}, actor = 'tester') {
      try {
        const response = await fetch(address, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'waybill-actor': actor },
          body: JSON.stringify({ query, variables }),
        });
        return (await response.json()) as { data?: Record<string, any>; errors?: any[] };
      } catch (error) {
        return { lost: String(error) };
      }
    },
  };
}
