import { parseArgs, type ParseArgsConfig } from 'node:util';
import { ExampleError } from '../../example/ask.js';
import { readConfig, withoutSecrets, type Config } from '../../platform/config.js';
import { ConfigError, DomainError } from '../../platform/errors.js';
import { useEmbeddedPostgres } from '../embedded/use-postgres.js';
import { StartError } from '../start-error.js';
import { BackupError } from '../store/backup.js';
import { startError } from '../store/database-errors.js';
import { codeOf, messageOf, textAt } from '../../platform/text-at.js';

export type Print = (line: string) => void;
type Options = NonNullable<ParseArgsConfig['options']>;
/** What is given, by the names of the flags. */
type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values'];

/** The arguments are not those of the command. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Errors whose message is all that the person who ran the command needs. */
const known = [ConfigError, DomainError, StartError, BackupError, ExampleError];

/** Flags of commands that use a store; the server has the same. */
export const storeOptions = { 'data-dir': { type: 'string' }, 'database-url': { type: 'string' } } as const;

interface StoreFlags {
  'data-dir'?: string | undefined;
  'database-url'?: string | undefined;
}

export interface Command<O extends Options> {
  usage: string;
  options: O;
  /** How many arguments without a flag it takes; any number where it counts them itself. */
  positionals?: number | undefined;
  /** The work. May answer the exit code; without one it is 0. @throws UsageError where the arguments do not go together */
  run: (values: Values<O>, positionals: string[], print: Print) => Promise<number | void>;
}

/** Whoever reads may stop (`| head`): the work and the cleaning up are continued. Output that is lost in another way is a failure. */
const onClosedOutput = (error: Error) => {
  if (codeOf(error) !== 'EPIPE') process.exitCode = 1;
};

/**
 * Makes the function behind a script of package.json, which takes the arguments. It sets the exit code: 1, with a sentence on standard error (with the
 * stack where it is a mistake of ours), if the command failed.
 */
export const command =
  <O extends Options>({ usage, options, positionals: wanted, run }: Command<O>) =>
  async (argv: string[], print: Print = console.log, complain: (problem: unknown) => void = console.error): Promise<void> => {
    process.stdout.off('error', onClosedOutput).on('error', onClosedOutput);
    try {
      const { values, positionals, help } = parse(argv, options);
      if (help) return print(usage);
      if (wanted !== undefined && positionals.length !== wanted)
        throw new UsageError(
          positionals.length > wanted ? `Unexpected argument ${JSON.stringify(withoutSecrets(positionals[wanted]!))}.` : '',
        );
      const code = await run(values, positionals, print);
      if (code !== undefined) process.exitCode = code;
    } catch (error) {
      const message = messageOf(error);
      if (error instanceof UsageError) complain(message ? `${message}\n\n${usage}` : usage);
      else complain(known.some((kind) => error instanceof kind) ? message : error);
      process.exitCode = 1;
    }
  };

function parse<O extends Options>(args: string[], options: O): { values: Values<O>; positionals: string[]; help: boolean } {
  try {
    const config = { args, allowPositionals: true, options: { ...options, help: { type: 'boolean', short: 'h' } } } as const;
    const { values, positionals } = parseArgs(config);
    return { values, positionals, help: 'help' in values && values.help === true };
  } catch (error) {
    throw new UsageError(withoutSecrets(messageOf(error)));
  }
}

/** The configuration of the store that the flags, or else the environment, name. @throws ConfigError */
export const storeConfig = (values: StoreFlags): Config =>
  readConfig(
    process.env,
    Object.keys(storeOptions).flatMap((flag) => {
      const value = textAt(values, flag);
      return typeof value === 'string' ? [`--${flag}=${value}`] : [];
    }),
  );

/** Does the work on the address of the store that the flags name; an embedded PostgreSQL runs meanwhile. @throws StartError where it cannot be used */
export async function withStoreAddress<T>(values: StoreFlags, print: Print | undefined, work: (url: string) => Promise<T>): Promise<T> {
  const { databaseUrl, dataDir } = storeConfig(values);
  const embedded = databaseUrl ? undefined : await useEmbeddedPostgres({ dataDir, ...(print && { log: print }) });
  const url = embedded?.url ?? databaseUrl!;
  try {
    return await work(url);
  } catch (error) {
    throw startError(error, url);
  } finally {
    await embedded?.leave();
  }
}
