import { backupCommand, restoreCommand } from '../../src/app/commands/backup-commands.js';
import { exampleCommand } from '../../src/app/commands/example-command.js';
import { keyCommand } from '../../src/app/commands/key-command.js';
import { setupCommand } from '../../src/app/commands/setup-command.js';

const commands = { backup: backupCommand, example: exampleCommand, key: keyCommand, restore: restoreCommand, setup: setupCommand };

/** What a command prints, what it complains of, and its exit code. */
async function run(name: keyof typeof commands, ...argv: string[]) {
  const printed: string[] = [];
  const complaints: unknown[] = [];
  process.exitCode = undefined;
  await commands[name](
    argv,
    (line) => void printed.push(line),
    (problem) => void complaints.push(problem),
  );
  const code = process.exitCode;
  process.exitCode = undefined;
  return { printed: printed.join('\n'), complaints: complaints.map(String).join('\n'), code };
}

test.each(Object.keys(commands) as (keyof typeof commands)[])('%s --help prints the usage', async (name) => {
  const { printed, complaints, code } = await run(name, '--help');
  expect(printed).toContain(`npm run ${name}`);
  expect([complaints, code]).toEqual(['', undefined]);
});

test.each<[keyof typeof commands, string[], string]>([
  ['backup', [], 'npm run backup'],
  ['backup', ['a', 'b'], 'Unexpected argument "b".'],
  ['restore', ['a', '--overwrit'], "Unknown option '--overwrit'"],
  ['setup', ['now'], 'Unexpected argument "now".'],
  ['setup', ['--database-url', 'host=x', 'password=s3cr3t'], 'Unexpected argument "password=***".'],
  ['key', ['list', 'all'], 'npm run key'],
  ['key', ['create'], 'create needs --actor and --role.'],
  ['example', ['--url', 'ftp://u:s3cr3t@h/'], `The server's address must be like http://127.0.0.1:4000`],
  ['example', ['--url', 'http://u:s3cr3t@127.0.0.1:1'], 'No server answers on http://u:***@127.0.0.1:1/graphql'],
  [
    'setup',
    ['--database-url', 'postgres://u:s3cr3t@127.0.0.1:1/x'],
    'The database postgres://u:***@127.0.0.1:1/x cannot be used at present',
  ],
])('%s %j is refused in words, without a secret or a stack, and ends with 1', async (name, argv, words) => {
  const { complaints, code } = await run(name, ...argv);
  expect(complaints).toContain(words);
  expect(complaints).not.toMatch(/s3cr3t|\n\s+at /);
  expect(code).toBe(1);
});
