import { rules, type Rule } from './rules.js';

export interface Violation {
  /** Name of the constraint or index that is wanted. */
  rule: string;
  table: string;
  says: string;
  /** What `npm run setup -- --repair` would do. */
  remedy: string;
  total: number;
  /** The first hundred of the rows that are in its way. */
  rows: Record<string, unknown>[];
}

/** Runs SQL in a transaction. */
export type Run = <T = Record<string, unknown>>(sql: string) => Promise<T[]>;

const shownRows = 100;

export const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

export async function openRules(run: Run): Promise<Rule[]> {
  const present = await run<{ name: string }>(
    `select conname as name
     from pg_constraint
     where connamespace = 'process_tracker'::regnamespace
     union
     select relname
     from pg_class
     where relnamespace = 'process_tracker'::regnamespace and relkind = 'i'`,
  );
  return rules.filter((rule) => !present.some(({ name }) => name === rule.name));
}

async function violationOf(run: Run, rule: Rule): Promise<Violation | undefined> {
  const [found] = await run<{ total: number; rows: Record<string, unknown>[] }>(
    `with v as (${rule.violations})
     select (select count(*) from v)::int as total,
       (select coalesce(json_agg(w), '[]') from (select * from v limit ${shownRows}) w) as rows`,
  );
  return found!.total ? { rule: rule.name, table: rule.table, says: rule.says, remedy: rule.remedy, ...found! } : undefined;
}

export async function listViolations(run: Run): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const rule of await openRules(run)) found.push(...[(await violationOf(run, rule)) ?? []].flat());
  return found;
}

/** Applies each rule that nothing stands against, after mending what does if that is wanted. Answers the ones that stay open. */
export async function applyRules(run: Run, repair: boolean, log: (line: string) => void): Promise<Violation[]> {
  const left: Violation[] = [];
  for (const rule of await openRules(run)) {
    // Between looking and applying nobody may add another.
    await run(`lock table ${rule.table} in share row exclusive mode`);
    const violation = await violationOf(run, rule);
    if (violation && !repair) {
      left.push(violation);
      continue;
    }
    if (violation) {
      await run("select set_config('timezone', value, true) from waybill_setting where key = 'time_zone'");
      await run(`select begin_write('setup', ${literal(rule.says)}, 'setup')`);
      await run(rule.repair);
      await run('select begin_write(null, null, null)');
      log(
        `Repaired ${rule.table}, ${violation.total} ${violation.total === 1 ? 'row' : 'rows'} that violated a rule. ${rule.says} ${rule.remedy}`,
      );
    }
    await run(rule.create);
  }
  return left;
}
