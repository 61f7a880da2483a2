import { ExampleError, type Ask } from './ask.js';
import { ClaimError, claimInputs, failInputs, finishInputs, outputIsReady, registerOutput, type Input } from './files.js';
import { DataError, type Process } from './process.js';
import { typeOf, type Row } from './read-table.js';
import { readInputs, writeOutput } from './tables.js';
import { codeOf, messageOf } from '../platform/text-at.js';

const start = `mutation ($input: StartRunInput!) {
  startRun(input: $input) {
    outcome
    fencingToken
    run { id state fencingToken }
    blockers { process { name } state }
  }
}`;

const report = `mutation ($input: ReportRunInput!) {
  reportRun(input: $input) { run { state } }
}`;

const raise = `mutation ($input: RaiseRunErrorInput!) {
  raiseRunError(input: $input) { run { state } }
}`;

interface Started {
  startRun: {
    outcome: 'STARTED' | 'ALREADY_RUNNING' | 'BLOCKED' | 'ON_HOLD' | 'REPLAYED';
    fencingToken: string | null;
    run: { id: string; state: string; fencingToken: string } | null;
    blockers: { process: { name: string }; state: string | null }[];
  };
}

export interface RunOptions {
  /** Key of the run group. */
  group: string;
  /** Where the tables are that processes make. */
  folder: string;
  parameters: { name: string; value: string }[];
}

/** Runs one process: asks whether it may start, does its work, and reports. Answers in a few words what came of it. */
export async function runProcess(ask: Ask, process: Process, { group, folder, parameters }: RunOptions): Promise<string> {
  const input = {
    process: { name: process.name },
    group: { key: group },
    // Whoever starts this process in this group again, after an answer that was lost say, gets the run that is there.
    idempotencyKey: group,
    // Who is not heard of for a minute has lost the run.
    leaseSeconds: 60,
    parameters,
  };
  const { outcome, run, fencingToken, blockers } = (await ask<Started>(start, { input })).startRun;
  if (outcome === 'BLOCKED') return `blocked by ${blockers.map((each) => `${each.process.name} (${each.state ?? 'no run'})`).join(', ')}`;
  if (outcome === 'REPLAYED' && run!.state !== 'RUNNING') return `had its run: ${run!.state}`;
  if (outcome !== 'STARTED' && outcome !== 'REPLAYED') return `not started: ${outcome}`;

  // The run, and the token without which a run with a lease takes no report. REPLAYED and running is the run of somebody who broke off: it is
  // taken up, also where a person reopened it and so took it from whoever had it.
  const held = { run: { id: run!.id }, fencingToken: fencingToken ?? run!.fencingToken };
  let files: Input[] = [];
  try {
    files = await claimInputs(ask, process, { run: held.run, owner: `${process.name}, ${group}`, folder });
    const { counts, inputs } = await readInputs(process, folder);
    const count = counts.reduce((total, each) => total + each, 0);
    await ask(report, { input: { ...held, recordCount: count } });
    const rows = process.derive(...inputs);
    const output = await registerOutput(ask, process, held.run);
    await writeOutput(process, rows, folder);
    await outputIsReady(ask, output, held.run, rows.length);
    await finishInputs(ask, files, counts, process, rows.length);
    await ask(report, { input: { ...held, status: 'completed', insertCount: rows.length, ...datesOf(rows) } });
    const known = files.filter(({ token }) => !token).map(({ file }) => file.fileName);
    return `${count} rows read, ${rows.length} written${known.length ? `; ALREADY_DONE: ${known.join(', ')}` : ''}`;
  } catch (error) {
    // The server refused, or is gone: then there is nobody to tell.
    if (error instanceof ExampleError) throw error;
    const message = messageOf(error);
    const type = kindOf(error);
    // Data that is wrong will be wrong again.
    await failInputs(ask, files, { errorType: type, message, retryable: type !== 'Data Error' });
    await ask(raise, { input: { ...held, type, description: message, failRun: true } });
    return `failed: ${message}`;
  }
}

function kindOf(error: unknown): 'Data Error' | 'File Error' | 'Process Error' {
  if (error instanceof DataError) return 'Data Error';
  if (error instanceof ClaimError) return 'File Error';
  return codeOf(error) === 'ENOENT' ? 'File Error' : 'Process Error';
}

/** From when to when the data is, where it has dates. It does not say of which time zone: they are taken as UTC. */
function datesOf(rows: Row[]): { lowWatermark?: string; highWatermark?: string } {
  const column = Object.keys(rows[0] ?? {}).find((name) => typeOf(rows.map((row) => row[name] ?? null)) === 'date');
  if (!column) return {};
  const instant = (text: string) => new Date(text.includes(' ') ? `${text.replace(' ', 'T')}Z` : text).toISOString();
  const dates = rows.map((row) => String(row[column])).sort();
  return { lowWatermark: instant(dates[0]!), highWatermark: instant(dates.at(-1)!) };
}
