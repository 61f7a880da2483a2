/**
 * SQL of links between sources and rows of another kind, whose number is in the column `key`: those of `links`, and those that links of their
 * objects imply. ProcessTracker's Python client writes the latter alone where a process is known by its objects.
 */
export const linkedSources = (links: string, objectLinks: string, key: string): string =>
  `(select s.source_id, s.${key} from ${links} s union select o.source_id, f.${key} from ${objectLinks} f join source_object_lkup o using (source_object_id) where o.source_id is not null)`;
