/** The fields of events that are about links: their `from` and `to` are JSON lists of names. Those of record-links.sql. */
export const linkFields: ReadonlySet<string> = new Set([
  ...['sources', 'targets', 'sourceObjects', 'targetObjects', 'sourceAttributes', 'targetAttributes', 'attributeMappings', 'filters'],
  ...['parents', 'contacts', 'datasetTypes', 'aliases', 'clusters', 'locations', 'attributes', 'files'],
]);
