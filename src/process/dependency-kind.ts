import { registerEnumType } from 'type-graphql';

/** What one process is to another. The values are those of `process_relation.kind`; `hard` stands in `process_dependency`. */
export enum DependencyKind {
  HARD = 'hard',
  SOFT = 'soft',
  PARENT = 'parent',
  CONTROL = 'control',
  DATA = 'data',
}
registerEnumType(DependencyKind, {
  name: 'DependencyKind',
  description: 'Kind of a link between two processes. HARD, SOFT and CONTROL order the processes and may not form a cycle.',
  valuesConfig: {
    HARD: {
      description: "The child may not start while the parent is unfinished. ProcessTracker's clients block on it, too.",
    },
    SOFT: { description: 'The child preferably runs after the parent, but does not wait for it.' },
    PARENT: { description: 'The child runs as part of the parent.' },
    CONTROL: { description: 'The parent starts the child.' },
    DATA: {
      description: 'The child reads data that the parent writes, as declared or reported. Lineage derives the same from reads and writes.',
    },
  },
});

/** What people call dependencies. */
export const dependencies: DependencyKind[] = [DependencyKind.HARD, DependencyKind.SOFT];

const rfc3339 = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
const isSoft = `d.dependency_type_id = (
    select dependency_type_id from dependency_type_lkup where dependency_type_name = 'Soft')`;

/**
 * All links between processes: `child`, `parent`, `kind`, and what is said of them. A row of ProcessTracker's type Soft, which other clients
 * may have written and block on, is a soft one; it hides the relation that says the same.
 */
export const dependencyLinks = `(
  select child_process_id as child, parent_process_id as parent,
    case when ${isSoft} then 'soft' else 'hard' end as kind, dependency_type_id as type_id, note,
    (select actor_name from actor_lkup where actor_id = nullif(d.created_by, 0)) as declared_by,
    ${rfc3339('created_date_time')} as declared_at, null as first_seen, null as last_seen
  from process_dependency d
  union all
  select child_process_id, parent_process_id, kind, null, note, declared_by,
    ${rfc3339('declared_at')}, ${rfc3339('first_seen')}, ${rfc3339('last_seen')}
  from process_relation r
  where not (kind = 'soft' and exists (
    select
    from process_dependency d
    where d.child_process_id = r.child_process_id and d.parent_process_id = r.parent_process_id and ${isSoft}))
)`;
