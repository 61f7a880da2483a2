import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Runs `program` with a Node that is new enough: this one, or the one that `npm ci` installed, which then runs the same file again.
 * (npm scripts find that one first; this is for those who call `node` themselves.)
 */
export async function withNewNode(program: () => Promise<unknown>): Promise<void> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 17)) return void (await program());
  const node = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // A terminal sends SIGINT to both; other programs send their signals to us alone.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    console.error(
      `Waybill needs Node 22.17 or later, and this is ${process.version}. Run \`npm ci\`, which brings one along. (${error.message})`,
    );
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
